/** The blend routes over the embedded stores of the serve harness. */
import { addBlendRoutes } from '../../../functions/sessions/blend-routes.ts';
import { authenticated, createApi } from '../../../shared/api/app.ts';
import type { BlendAnswer } from '../../../shared/api/blend.ts';
import type { DocumentStore } from '../../../shared/ports/document-store.ts';
import { saveErasure } from '../../../shared/rows/erasures.ts';
import { listenerHash } from '../../../shared/schema/rows.ts';
import { openServe } from '../serve/harness.ts';

export const AS_JSON = { 'content-type': 'application/json' };

export type BlendHarness = ReturnType<typeof openBlends>;

/** Opens them; `wrap` lets a test stand between the routes and the documents. */
export function openBlends(wrap: (documents: DocumentStore) => DocumentStore = (documents) => documents) {
  const serve = openServe();
  const documents = wrap(serve.documents);
  const deps = { ...serve.deps, documents };
  const app = createApi(deps);
  app.use('*', authenticated);
  addBlendRoutes(app, deps);

  async function request(
    path: string,
    { token = 'svc', ...init }: RequestInit & { token?: string; headers?: Record<string, string> } = {},
  ) {
    const response = await app.request(path, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...init.headers },
    });
    const text = await response.text();
    const body = (text === '' ? undefined : JSON.parse(text)) as Body;
    return { status: response.status, headers: response.headers, body };
  }
  const send = (method: string, path: string, listener: string, body: unknown) =>
    request(path, { method, token: `l:${listener}`, headers: AS_JSON, body: JSON.stringify(body) });

  const create = (listener: string, body: unknown = {}) => send('POST', '/v1/blends', listener, body);
  const join = (blend: Pick<Body, 'blendId' | 'invitation'>, listener: string) =>
    send('POST', `/v1/blends/${blend.blendId}/members`, listener, { invitation: blend.invitation });

  return {
    ...serve,
    documents,
    app,
    request,
    send,
    create,
    join,
    /** A blend of these listeners, the first its creator. */
    async blendOf(creator: string, ...others: string[]): Promise<Body> {
      const { body } = await create(creator);
      for (const other of others) {
        const { status } = await join(body, other);
        if (status !== 200) throw new Error(`${other} could not join: ${status}`);
      }
      return body;
    },
    today: (blendId: string, listener: string) =>
      request(`/v1/blends/${blendId}`, { token: `l:${listener}` }),
    leave: (blendId: string, listener: string, token = `l:${listener}`) =>
      request(`/v1/blends/${blendId}/members/${listener}`, { method: 'DELETE', token }),
    remove: (blendId: string, token: string) => request(`/v1/blends/${blendId}`, { method: 'DELETE', token }),
    blendsOf: (listener: string) => request(`/v1/listeners/${listener}/blends`, { token: `l:${listener}` }),
    /** The tombstone of an erasure; `completedAt` null: under way. */
    erase: (listenerId: string, erasedAt: number, completedAt: number | null = erasedAt) =>
      saveErasure(serve.rows, {
        receiptId: 'receipt',
        listenerHash: listenerHash(listenerId),
        erasedAt,
        completedAt,
        stores: [],
      }),
  };
}

/** What any of the routes may answer. */
export interface Body extends BlendAnswer {
  readonly invitation: string;
  readonly creator: string;
  readonly blends: readonly {
    readonly blendId: string;
    readonly members: readonly { listenerId: string }[];
  }[];
  readonly errors: readonly { readonly pointer: string }[];
  readonly detail: string;
  readonly type: string;
}

export const itemsOf = (body: Body): string[] => body.items.map(({ itemId }) => itemId);
export const membersOf = (body: Body): string[] => body.members.map(({ listenerId }) => listenerId);
