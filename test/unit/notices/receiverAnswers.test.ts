import { expect } from 'chai';
import { slackTook, teamsTook, webhookTook } from '../../../src/adapters/notify/receiverAnswers.js';

const PAGE = '<!doctype html><html><head><title>Sign in</title></head><body><form></form></body></html>';
const TEAMS_FAILED =
  'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error';

type Case = readonly [status: number, body: string, code: string | null];
const judged = (took: typeof slackTook, cases: readonly Case[]) =>
  cases.map(([status, body]) => took({ status, body }));
const expected = (cases: readonly Case[]) => cases.map(([, , code]) => code);

describe('What counts as delivered', () => {
  it('is for Slack, Mattermost and Rocket.Chat their own yes', () => {
    const cases: Case[] = [
      [200, 'ok', null],
      [200, 'ok\n', null],
      [200, '{"ok":true}', null],
      [200, '{"success":true}', null],
      [200, '', 'refused_by_receiver'],
      [200, PAGE, 'sign_in_page'],
      [200, '{"ok":false,"error":"invalid_auth"}', 'refused_by_receiver'],
      [200, '{"ok":false,"error":"ratelimited: Too many requests"}', 'rate_limited'],
      [200, 'invalid_token', 'refused_by_receiver'],
      [302, '', 'refused_by_receiver'],
      [302, PAGE, 'sign_in_page'],
      [400, 'invalid_payload', 'refused_by_receiver'],
      [403, 'action_prohibited', 'refused_by_receiver'],
      [403, PAGE, 'sign_in_page'],
      [404, 'no_service', 'gone'],
      [410, 'channel_is_archived', 'gone'],
      [429, '', 'rate_limited'],
      [500, 'rollup_error', 'service_error'],
    ];
    expect(judged(slackTook, cases)).to.deep.equal(expected(cases));
  });

  it('is for Teams no body or a number, and never the sentence of a failure further on', () => {
    const cases: Case[] = [
      [202, '', null],
      [200, '1', null],
      [200, '"1"', null],
      [200, '{"status":"accepted"}', null],
      [200, `${TEAMS_FAILED} 429 with ContextId tcid=0`, 'rate_limited'],
      [200, `${TEAMS_FAILED} 413 with ContextId tcid=0`, 'message_too_large'],
      [200, `${TEAMS_FAILED} 403 with ContextId tcid=0`, 'refused_by_receiver'],
      [200, `${TEAMS_FAILED} 502 with ContextId tcid=0`, 'service_error'],
      [200, 'Summary or Text is required.', 'refused_by_receiver'],
      [200, PAGE, 'sign_in_page'],
      [202, '{"error":{"code":"WorkflowTriggerIsNotEnabled"}}', 'refused_by_receiver'],
      [401, '{"error":{"code":"DirectApiAuthorizationRequired"}}', 'refused_by_receiver'],
      [404, '{"error":{"code":"WorkflowNotFound"}}', 'gone'],
      [413, '', 'message_too_large'],
    ];
    expect(judged(teamsTook, cases)).to.deep.equal(expected(cases));
  });

  it('is for a webhook anything but a page and a JSON that says no', () => {
    const cases: Case[] = [
      [200, '', null],
      [204, '', null],
      [200, 'thanks', null],
      [200, '{"errcode":0,"errmsg":"ok"}', null],
      [200, '{"code":0,"msg":"success","StatusCode":0}', null],
      [200, '{"code":200}', null],
      [200, '{"code":1,"success":true}', null],
      [202, '{"status":"success","message":"Event processed"}', null],
      [200, '{"id":12,"error":null,"errors":[]}', null],
      [200, '[1,2]', null],
      [200, '{"errcode":310000,"errmsg":"keywords not in content"}', 'refused_by_receiver'],
      [200, '{"code":19024,"msg":"Key Words Not Found"}', 'refused_by_receiver'],
      [200, '{"ErrCode":"93000"}', 'refused_by_receiver'],
      [200, '{"success":false}', 'refused_by_receiver'],
      [200, '{"ok":"false"}', 'refused_by_receiver'],
      [200, '{"status":"error","message":"no such hook"}', 'refused_by_receiver'],
      [200, '{"status":503}', 'service_error'],
      [200, '{"errors":["bad signature"]}', 'refused_by_receiver'],
      [200, '{"error":{"message":"rate limit exceeded"}}', 'rate_limited'],
      [200, PAGE, 'sign_in_page'],
      [200, '<?xml version="1.0"?>\n<!-- portal -->\n<html>', 'sign_in_page'],
      [407, '', 'refused_by_receiver'],
      [503, PAGE, 'service_error'],
    ];
    expect(judged(webhookTook, cases)).to.deep.equal(expected(cases));
  });
});
