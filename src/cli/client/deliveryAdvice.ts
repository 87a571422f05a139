/** What to do about a delivery that failed, by the broker's code. Codes without a line say it themselves. */
const ADVICE: Readonly<Record<string, string>> = {
  denied_by_policy: 'the network policy of the broker blocks this address; add it to OUTBOUND_ALLOW_CIDRS',
  denied_port: 'that port belongs to another kind of service; use the port of the webhook',
  plain_http: 'use an https URL, or set ALLOW_PLAIN_WEBHOOKS=true',
  name_not_found: 'the host name does not exist; check the address',
  refused: 'nothing listens on that address and port',
  timed_out: 'the receiver did not answer in time',
  untrusted_certificate:
    'its certificate comes from an unknown CA; pass --ca <file>, for mail set SMTP_CA_FILE',
  sign_in_page: 'a login page or portal answered instead of the receiver; check the URL',
  refused_by_receiver: 'the receiver did not accept it; check that the webhook is still valid',
  gone: 'the webhook was removed; create a new one and update the URL of the channel',
  rate_limited: 'the receiver limits the number of messages; the broker tries again later',
  message_too_large: 'the receiver does not accept a message of this size',
  mail_login_refused: 'check SMTP_USER and SMTP_PASSWORD_FILE',
  mail_login_missing: 'the mail server requires a login; set SMTP_USER and SMTP_PASSWORD_FILE',
  sender_refused: 'the mail server does not accept the sender; check SMTP_FROM',
  address_refused: 'the mail server refused a recipient; check the addresses of the channel',
  address_needs_smtputf8: 'the mail server does not accept non-ASCII addresses',
};

/** `gone (the webhook was removed; …)`. */
export function withAdvice(code: string | null): string {
  const advice = ADVICE[code ?? ''];
  return advice === undefined ? String(code) : `${code} (${advice})`;
}
