/** Which paths of one's own name lead to which function. What nothing here names is serve's. */
import type { DoorName } from './sizes.ts';

/** One way for a load balancer to match a path (Compute Engine: URL maps, HttpRouteRuleMatch). */
export type PathMatch =
  | { readonly fullPathMatch: string }
  | { readonly prefixMatch: string }
  /** A star is one part of a path, two are the rest of it. */
  | { readonly pathTemplateMatch: string };

export interface Route {
  readonly door: DoorName;
  readonly matches: readonly PathMatch[];
}

const whole = (fullPathMatch: string): PathMatch => ({ fullPathMatch });
const below = (prefixMatch: string): PathMatch => ({ prefixMatch });
const like = (pathTemplateMatch: string): PathMatch => ({ pathTemplateMatch });

/** In the order in which they are asked. */
export const ROUTES: readonly Route[] = [
  // What players and apps hand in.
  { door: 'ingest', matches: [whole('/v1/events'), below('/1/')] },
  {
    door: 'sessions',
    matches: [
      whole('/v1/sessions'),
      below('/v1/sessions/'),
      whole('/v1/blends'),
      below('/v1/blends/'),
      like('/v1/listeners/*/blends'),
      like('/v1/listeners/*/blends/**'),
      like('/v1/listeners/*/playlists'),
      like('/v1/listeners/*/playlists/**'),
    ],
  },
  { door: 'agent', matches: [whole('/mcp')] },
];
