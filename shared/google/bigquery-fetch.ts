/** Google's REST APIs by the platform's own fetch, with Application Default Credentials on every request. */

/** As fetch, with the caller's identity added. Rejects as fetch does when the network fails. */
export type AuthorizedFetch = (url: string, init?: RequestInit) => Promise<Response>;

export const BIGQUERY_SCOPE = 'https://www.googleapis.com/auth/bigquery';
export const MONITORING_READ_SCOPE = 'https://www.googleapis.com/auth/monitoring.read';

/** A fetch under Application Default Credentials of these scopes; the credentials are looked for at first use. */
export function createAuthorizedFetch(scopes: readonly string[]): AuthorizedFetch {
  let client: Promise<{ getRequestHeaders(url?: string): Promise<Headers> }> | undefined;
  const connect = async () => {
    const { GoogleAuth } = await import('google-auth-library');
    return new GoogleAuth({ scopes: [...scopes] }).getClient();
  };
  return async (url, init = {}) => {
    client ??= connect();
    // A failed look-up is not remembered: the metadata server may only have been late.
    const ready = await client.catch((cause: unknown) => {
      client = undefined;
      throw cause;
    });
    const headers = new Headers(init.headers);
    for (const [name, value] of await ready.getRequestHeaders(url)) headers.set(name, value);
    return fetch(url, { ...init, headers });
  };
}
