import type {
  ChangeChannel,
  Channel,
  ChannelList,
  ChannelTest,
  CreateChannel,
  DeliveryPage,
  NewChannel,
  Notice,
  NoticePage,
} from './contract.js';
import { type RequestOptions, request } from './request.js';

type Signal = Pick<RequestOptions, 'signal'>;
const channels = '/api/notifications/channels';

export const listNotices = (
  query: { open?: boolean; limit: number; cursor?: string },
  options: Signal = {},
) => request<NoticePage>('GET', '/api/notifications', { query, ...options });
export const acknowledgeNotice = (id: string) =>
  request<Notice>('POST', `/api/notifications/${id}/acknowledge`);
export const snoozeNotice = (id: string, until: Date) =>
  request<Notice>('POST', `/api/notifications/${id}/snooze`, { body: { until: until.toISOString() } });

export const listChannels = (options: Signal = {}) => request<ChannelList>('GET', channels, options);
/** Its answer may hold a signing secret: it belongs in no cache. */
export const createChannel = (body: CreateChannel) => request<NewChannel>('POST', channels, { body });
export const changeChannel = (id: string, body: ChangeChannel) =>
  request<Channel>('PATCH', `${channels}/${id}`, { body });
export const deleteChannel = (id: string) => request<void>('DELETE', `${channels}/${id}`);
export const testChannel = (id: string) => request<ChannelTest>('POST', `${channels}/${id}/test`);
export const retryChannel = (id: string) => request<{ revived: number }>('POST', `${channels}/${id}/retry`);
export const listDeliveries = (id: string, query: { limit: number; cursor?: string }, options: Signal = {}) =>
  request<DeliveryPage>('GET', `${channels}/${id}/deliveries`, { query, ...options });
