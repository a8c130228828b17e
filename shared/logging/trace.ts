/** Request and trace identity from headers: https://www.w3.org/TR/trace-context/#traceparent-header */

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/** The 32 hex digits of the trace, undefined where the header is absent or malformed. */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  return traceparent === undefined ? undefined : TRACEPARENT.exec(traceparent)?.[1];
}

/** The caller's request id where it is printable ASCII of at most 128 bytes, otherwise undefined. */
export function requestIdOf(header: string | undefined): string | undefined {
  return header !== undefined && REQUEST_ID.test(header) ? header : undefined;
}
