/** Segue's API, written from its OpenAPI document by `npm run client`; changes made here are lost. */
import { type CallOptions, createTransport, type Transport, type TransportOptions } from './transport.ts';

export interface EventsAccepted {
  /** Events that are durable now. */
  readonly accepted: number;
  /** Repeats within the batch. */
  readonly duplicates: number;
  readonly rejected: readonly {
    /** Zero-based place in the batch. */
    readonly index: number;
    /** Line of an NDJSON body, from 1. */
    readonly line?: number;
    readonly eventId?: string;
    readonly errors: readonly {
      readonly pointer: string;
      readonly detail: string;
    }[];
  }[];
  /** Fields that nothing here reads (at most 20), as pointers below an event. */
  readonly ignoredFields?: readonly string[];
}

/** RFC 9457 problem document. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Names the request by its x-request-id. */
  readonly instance?: string;
  readonly errors?: readonly {
    /** JSON pointer into the body, or /query/…, /path/…, /header/…. */
    readonly pointer: string;
    readonly detail: string;
  }[];
}

/** Fields that are not known are ignored, and named in the answer. */
export interface Event {
  readonly version?: 1;
  readonly type: 'listen' | 'save' | 'unsave' | 'like' | 'dislike' | 'playlist_add' | 'search_click';
  /** Unique among all events of all listeners; repeating it is harmless. */
  readonly eventId: string;
  readonly listenerId: string;
  readonly itemId: string;
  readonly occurredAt: string | number;
  /** Left out of a listen: a scrobble, which is a play. */
  readonly msPlayed?: number | null;
  readonly durationMs?: number | null;
  readonly skipped?: boolean | null;
  readonly context?: {
    readonly surface?: string | null;
    readonly sessionId?: string | null;
    readonly playlistId?: string | null;
    readonly position?: number | null;
    readonly impressionId?: string | null;
  } | null;
  /** Describes an item the catalogue may not know. */
  readonly metadata?: {
    readonly title?: string | null;
    readonly artist?: string | null;
    readonly album?: string | null;
    readonly durationMs?: number | null;
    readonly isrc?: string | null;
    readonly mbid?: string | null;
    /** How popular its source says it is; 100 is the most popular. */
    readonly popularity?: number | null;
    /** The day it first came out. */
    readonly releaseDate?: string | null;
  } | null;
}

/** `rejected` is there only where part of an import was. */
export interface ListenBrainzOk {
  readonly status: 'ok';
  readonly accepted?: number;
  readonly rejected?: readonly {
    readonly index: number;
    readonly error: string;
  }[];
}

export interface ListenBrainzError {
  readonly code: number;
  readonly error: string;
}

export interface ListenBrainzSubmission {
  readonly listen_type: 'single' | 'playing_now' | 'import';
  readonly payload: readonly {
    /** Epoch seconds. */
    readonly listened_at?: number;
    readonly track_metadata?: {
      readonly artist_name: string;
      readonly track_name: string;
      readonly release_name?: string;
      readonly additional_info?: Readonly<Record<string, unknown>>;
    };
    readonly [name: string]: unknown;
  }[];
}

export interface ListenBrainzFeedback {
  readonly recording_mbid?: string | null;
  readonly recording_msid?: string | null;
  readonly score: 1 | 0 | -1;
}

export interface ListenBrainzToken {
  readonly code: number;
  readonly message: string;
  readonly valid: boolean;
  readonly user_name?: string;
}

export type Weekly = Answer & {
  readonly week: string;
  /** Null where it was not kept: it then changes with every request. */
  readonly madeAt: string | null;
  /** What the week was made with and is left out now. */
  readonly replaced: readonly {
    readonly itemId: string;
    /** `heard`, or the control that rules it out. */
    readonly reason: string;
    /** Null where no reserve was left. */
    readonly by: string | null;
  }[];
  /** Of an earlier week, what came of each; null for this week and where its plays are no longer at hand. */
  readonly outcomes:
    | readonly {
        readonly itemId: string;
        readonly recordingId: string;
        /** Since the week was made. */
        readonly plays: number;
        readonly skips: number;
        /** Saved, liked or put on a playlist, and not taken back. */
        readonly saved: boolean;
        /** Saved, come back to on two later days, or led to three others of the artist. */
        readonly retained: boolean;
      }[]
    | null;
};

export interface AnswerItem {
  /** Zero-based; send it back with the event, beside impressionId. */
  readonly position: number;
  readonly itemId: string;
  readonly recordingId: string;
  readonly title: string | null;
  readonly artist: string | null;
  readonly artistId: string | null;
  readonly album: string | null;
  readonly genres: readonly string[];
  readonly durationMs: number | null;
  /** Beats per minute. */
  readonly tempo: number | null;
  /** Pitch class, 0 = C. */
  readonly key: number | null;
  /** 1 = major, 0 = minor. */
  readonly mode: number | null;
  readonly energy: number | null;
  readonly year: number | null;
  readonly explicit: boolean;
  /** The generator that proposed it on the strongest evidence. */
  readonly source:
    | 'co_listening'
    | 'artist_neighbours'
    | 'new_releases'
    | 'audio_neighbours'
    | 'transitions'
    | 'session_neighbours'
    | 'tag_neighbours'
    | 'popularity';
  readonly sources: readonly {
    readonly source:
      | 'co_listening'
      | 'artist_neighbours'
      | 'new_releases'
      | 'audio_neighbours'
      | 'transitions'
      | 'session_neighbours'
      | 'tag_neighbours'
      | 'popularity';
    /** 1 is the best candidate this generator had here. */
    readonly score: number;
    /** Item or artist that led here. */
    readonly seed: string | null;
  }[];
  readonly seedTracks: readonly {
    readonly itemId: string;
    readonly title: string | null;
    readonly artist: string | null;
  }[];
  readonly seedArtists: readonly {
    readonly artistId: string;
    readonly name: string | null;
  }[];
  /** What kind of discovery it is for this listener now: new_track, emerging (an artist they played once or twice), new_artist, taste_broadening (and of genres foreign to them), forgotten_favourite, or familiar. */
  readonly notion: string;
  readonly score: number;
  /** Addends of score. */
  readonly scoreParts: Readonly<Record<string, number>>;
  /** Probability with which it was served here. */
  readonly propensity: number;
  readonly impressionId: string;
}

export interface Answer {
  readonly surface: string;
  readonly listenerId: string | null;
  /** What it rests on; `popularity` where the listener is not known. */
  readonly basis: 'build' | 'signals' | 'popularity' | 'item';
  readonly build: string | null;
  /** Version of the ranking weights. */
  readonly ranking: string;
  readonly impressionId: string;
  readonly generatedAt: string;
  readonly items: readonly AnswerItem[];
  /** Parts that this answer had to do without. */
  readonly degraded: readonly string[];
}

export interface Jspf {
  readonly playlist: {
    readonly title: string;
    readonly creator: string;
    readonly annotation: string;
    readonly identifier: string;
    readonly date: string;
    readonly track: readonly {
      readonly title: string;
      readonly creator?: string;
      readonly album?: string;
      /** Milliseconds. */
      readonly duration?: number;
      /** URIs. */
      readonly identifier: readonly string[];
      readonly extension: Readonly<
        Record<
          string,
          {
            readonly additional_metadata: Readonly<Record<string, unknown>>;
          }
        >
      >;
    }[];
    readonly extension: Readonly<
      Record<
        string,
        {
          readonly additional_metadata: Readonly<Record<string, unknown>>;
        }
      >
    >;
  };
}

export interface Weeks {
  readonly listenerId: string;
  /** Newest first. */
  readonly weeks: readonly string[];
}

export interface Health {
  readonly status: string;
}

export interface Readiness {
  readonly status: 'ready' | 'unready';
  /** The build that serves. */
  readonly build: string | null;
  readonly buildAgeHours: number | null;
  readonly reason?: string;
}

export interface SmartShuffle {
  readonly surface: 'smart-shuffle';
  readonly listenerId: string;
  /** Send it again for the same order. */
  readonly seed: string;
  /** Version of the weights. */
  readonly shuffle: string;
  readonly build: string | null;
  /** Of the recommendations. */
  readonly impressionId: string;
  readonly generatedAt: string;
  readonly items: readonly (OwnItem | RecommendedItem)[];
  /** Ids that were listed more than once, or are other releases of one listed. */
  readonly repeated: readonly string[];
  /** Ids the catalogue does not know; they are shuffled all the same. */
  readonly unknown: readonly string[];
  readonly degraded: readonly string[];
}

export interface OwnItem {
  readonly kind: 'own';
  readonly position: number;
  readonly itemId: string;
  /** Null where the catalogue does not know it. */
  readonly title: string | null;
  readonly artist: string | null;
  readonly artistId: string | null;
  readonly durationMs: number | null;
  readonly tempo: number | null;
  readonly energy: number | null;
}

export type RecommendedItem = AnswerItem & {
  readonly kind: 'recommended';
  readonly between: {
    /** The own track it follows. */
    readonly after: string;
    /** The own track it leads to. */
    readonly before: string | null;
  };
};

export interface SmartShuffleRequest {
  /** Needed of a service; a listener’s token names its own. */
  readonly listenerId?: string;
  /** Item ids of the playlist, in any order; one listed twice is played once. */
  readonly tracks: readonly string[];
  /** The same seed and the same tracks give the same order until something is heard or built. */
  readonly seed?: string;
  /** False shuffles and adds nothing. */
  readonly recommendations?: boolean;
}

export interface SearchAnswer {
  readonly query: string;
  /** Whom the order is for. */
  readonly listenerId: string | null;
  /** The build whose catalogue was searched. */
  readonly build: string | null;
  readonly generatedAt: string;
  /** Best first, of each kind that was asked for. */
  readonly results: {
    readonly track?: readonly SearchHit[];
    readonly artist?: readonly SearchHit[];
    readonly show?: readonly SearchHit[];
    readonly episode?: readonly SearchHit[];
  };
  /** Parts that could not be read; empty when all is well. */
  readonly degraded: readonly string[];
}

export interface SearchHit {
  /** Item id of a track or an episode, artist id of an artist or a show. */
  readonly id: string;
  /** Name of an artist or a show. */
  readonly title: string | null;
  readonly artist: string | null;
  readonly artistId: string | null;
  readonly album: string | null;
  readonly recordingId: string | null;
  readonly durationMs: number | null;
  readonly explicit: boolean | null;
  /** The control that keeps it from being recommended; what is asked for by name is still found. */
  readonly blocked:
    | 'dislike'
    | 'do-not-recommend'
    | 'snooze-artist'
    | 'snooze-track'
    | 'exclude-from-taste'
    | 'private-session'
    | 'explicit-filter'
    | 'adventurousness'
    | null;
  /** Where the words asked for were found. */
  readonly fields: readonly ('title' | 'artist' | 'album')[];
  /** The whole title, whole words, beginnings of words, or words spelt much alike. */
  readonly match: 'exact' | 'words' | 'beginnings' | 'similar';
  readonly score: number;
  /** What the score is the sum of. */
  readonly scoreParts: {
    readonly text: number;
    readonly popularity: number;
    readonly affinity: number;
    readonly exact: number;
  };
}

export interface Home {
  readonly surface: 'home';
  readonly listenerId: string;
  readonly build: string | null;
  readonly ranking: string;
  readonly impressionId: string;
  readonly generatedAt: string;
  readonly context: {
    readonly hour: number;
    readonly weekday: number;
    readonly device: 'phone' | 'desktop' | 'speaker' | 'car' | 'tv' | 'watch' | null;
  };
  readonly shelves: readonly {
    readonly id:
      | 'made-for-you'
      | 'jump-back-in'
      | 'new-releases'
      | 'discover'
      | 'because-you-listened'
      | 'forgotten-favourites'
      | 'podcasts';
    readonly title: string;
    readonly score: number;
    readonly scoreParts: {
      /** How likely listening of this kind is now, by the listener’s own mix. */
      readonly stream: number;
      /** How well listening of this kind goes: smoothed rate of completion and saves. */
      readonly reward: number;
      /** Less for each further shelf of a kind. */
      readonly variety: number;
    };
    readonly items: readonly HomeItem[];
  }[];
  readonly degraded: readonly string[];
}

export interface HomeItem {
  readonly kind: 'track' | 'episode' | 'playlist' | 'artist';
  /** 100 times the shelf’s place, plus the place on the shelf; both from 0. */
  readonly position: number;
  readonly itemId: string;
  readonly recordingId: string;
  readonly title: string | null;
  /** Of an episode, its show. */
  readonly artist: string | null;
  readonly artistId: string | null;
  readonly durationMs: number | null;
  /** How far an episode was heard; null for music. */
  readonly progressMs: number | null;
  /** Where a playlist is read. */
  readonly href: string | null;
  /** Why it is here, in words. */
  readonly reason: string;
  readonly source: string;
  /** Items or artists that led here. */
  readonly seeds: readonly string[];
  readonly notion: string | null;
  readonly score: number;
  readonly propensity: number;
  readonly impressionId: string;
}

export interface Profile {
  readonly listenerId: string;
  readonly build: string | null;
  readonly generatedAt: string;
  readonly counts: {
    readonly listens: number;
    readonly plays: number;
    readonly skips: number;
    readonly sessions: number;
    /** Distinct recordings heard, an upper bound where live ones repeat. */
    readonly recordings: number;
  };
  readonly rates: {
    readonly skip: number | null;
    readonly completion: number | null;
  };
  /** Share of plays that were of a new recording. */
  readonly appetite: number | null;
  readonly artists: readonly {
    readonly id: string;
    readonly name: string | null;
    /** In plays, decayed to now with a half-life of 30 days. */
    readonly affinity: number;
    readonly plays: number;
  }[];
  readonly genres: readonly {
    readonly id: string;
    readonly name: string | null;
    /** In plays, decayed to now with a half-life of 30 days. */
    readonly affinity: number;
    readonly plays: number;
  }[];
  readonly tracks: readonly {
    readonly id: string;
    readonly name: string | null;
    /** In plays, decayed to now with a half-life of 30 days. */
    readonly affinity: number;
    readonly plays: number;
    readonly artist: string | null;
  }[];
  readonly hours: readonly {
    readonly hour: number;
    readonly plays: number;
    readonly tempo: number | null;
    readonly energy: number | null;
    /** Most frequent Camelot key. */
    readonly key: string | null;
  }[];
  readonly recent: readonly {
    readonly itemId: string;
    readonly recordingId: string;
    readonly title: string | null;
    readonly artist: string | null;
    readonly occurredAt: string;
    readonly skipped: boolean;
    readonly private: boolean;
  }[];
  readonly controls: readonly {
    readonly kind: string;
    readonly target: string;
    readonly until: string | null;
  }[];
  readonly degraded: readonly string[];
}

export interface Export {
  readonly listenerId: string;
  readonly exportedAt: string;
  /** In order of eventId, each once. */
  readonly events: readonly Readonly<Record<string, unknown>>[];
  /** Pass it as `after` for more events; null at the end. */
  readonly next: string | null;
  /** Received since the build; on the first page. */
  readonly live: readonly Readonly<Record<string, unknown>>[];
  readonly controls: readonly Readonly<Record<string, unknown>>[];
  /** The nightly build's profile. */
  readonly taste?: unknown;
  /** Items proposed by the nightly build. */
  readonly pool: readonly string[];
  readonly degraded: readonly string[];
}

export interface Control {
  readonly kind:
    | 'dislike'
    | 'do-not-recommend'
    | 'snooze-artist'
    | 'snooze-track'
    | 'exclude-from-taste'
    | 'private-session'
    | 'explicit-filter'
    | 'adventurousness';
  /** The recording where an item of one was named: it holds for every release. */
  readonly target: string;
  readonly active: boolean;
  readonly from: string;
  readonly until: string | null;
}

export interface ControlRequest {
  /** Until when it holds; without it until taken back (an artist is snoozed 30 days, a track 7, a session private 6 hours). */
  readonly until?: string;
}

export interface ErasureReceipt {
  readonly receiptId: string;
  /** SHA-256 of the id: all that is kept, so that nothing late brings it back. */
  readonly listenerHash: string;
  readonly erasedAt: string;
  readonly completedAt: string;
  readonly stores: readonly {
    readonly store: string;
    readonly removed: number;
    readonly note?: string;
  }[];
  readonly backups: string;
}

export type SessionAnswer = Omit<Answer, 'items'> & {
  readonly items: readonly SessionItem[];
  readonly sessionId: string;
  /** 0: the beginning. */
  readonly turn: number;
  readonly turnId: string | null;
  readonly expiresAt: string;
  readonly brief: Brief;
  /** Who wrote the brief at first. */
  readonly briefBy: 'parser' | 'model' | 'request' | 'seeds';
  readonly patch: BriefPatch;
  /** Words of the prompt or of steer that meant nothing here. */
  readonly unread: readonly string[];
  /** Ids of the request that nobody knows, at most 100 of them. */
  readonly unknown: readonly string[];
  /** What of the brief these tracks do not meet. */
  readonly unmet: readonly {
    /** The brief's field. */
    readonly constraint: string;
    readonly reason: string;
    /** Tracks of this answer that satisfy it. */
    readonly satisfied: number;
    readonly of: number;
  }[];
  readonly stages: readonly {
    readonly stage: string;
    readonly ms: number;
    readonly degraded?: readonly string[];
  }[];
};

export type SessionItem = Omit<AnswerItem, 'source'> & {
  /** `brief`: found by what was asked for. */
  readonly source:
    | 'co_listening'
    | 'artist_neighbours'
    | 'new_releases'
    | 'audio_neighbours'
    | 'transitions'
    | 'session_neighbours'
    | 'tag_neighbours'
    | 'popularity'
    | 'brief';
  readonly reasons: readonly {
    readonly reason: string;
    readonly value: string | number | null;
  }[];
};

export interface Brief {
  readonly version?: 1;
  /** Any of them; names of the catalogue. */
  readonly genres?: readonly string[];
  /** Any of them. */
  readonly moods?: readonly (
    | 'happy'
    | 'sad'
    | 'calm'
    | 'energetic'
    | 'dark'
    | 'romantic'
    | 'angry'
    | 'dreamy'
    | 'uplifting'
    | 'melancholic'
  )[];
  /** Music of them and like them. */
  readonly seedArtists?: readonly string[];
  /** Music like them. */
  readonly seedTracks?: readonly string[];
  /** Music of these only. */
  readonly onlyArtists?: readonly string[];
  /** Years of release. Inclusive; null: no bound. */
  readonly years?: {
    readonly min?: number | null;
    readonly max?: number | null;
  } | null;
  /** Beats per minute. Inclusive; null: no bound. */
  readonly bpm?: {
    readonly min?: number | null;
    readonly max?: number | null;
  } | null;
  /** 0 quiet to 1 intense. Inclusive; null: no bound. */
  readonly energy?: {
    readonly min?: number | null;
    readonly max?: number | null;
  } | null;
  /** 0 gloomy to 1 cheerful. Inclusive; null: no bound. */
  readonly valence?: {
    readonly min?: number | null;
    readonly max?: number | null;
  } | null;
  /** ISO 639-1 codes. */
  readonly languages?: readonly string[];
  /** Only these kinds of recording. */
  readonly versions?: readonly (
    | 'live'
    | 'remix'
    | 'acoustic'
    | 'cover'
    | 'instrumental'
    | 'remaster'
    | 'demo'
  )[];
  /** Nothing explicit, and nothing of which that is not known. */
  readonly cleanOnly?: boolean;
  /** None of these. */
  readonly exclude?: {
    readonly genres?: readonly string[];
    readonly artists?: readonly string[];
    readonly tracks?: readonly string[];
    readonly versions?: readonly (
      | 'live'
      | 'remix'
      | 'acoustic'
      | 'cover'
      | 'instrumental'
      | 'remaster'
      | 'demo'
    )[];
    readonly moods?: readonly (
      | 'happy'
      | 'sad'
      | 'calm'
      | 'energetic'
      | 'dark'
      | 'romantic'
      | 'angry'
      | 'dreamy'
      | 'uplifting'
      | 'melancholic'
    )[];
  };
  /** Rather less of these. */
  readonly less?: {
    readonly genres?: readonly string[];
    readonly artists?: readonly string[];
  };
  /** Whether the listener may know it. */
  readonly familiarity?: 'any' | 'unheard' | 'new_artists' | 'heard';
  /** 0 familiar to 1 adventurous; null: as usual. */
  readonly discovery?: number | null;
  /** -1 the least known to 1 the best known. */
  readonly popularity?: number;
  /** How energy moves; null: what flows best. */
  readonly arc?: 'steady' | 'rise' | 'fall' | 'wave' | 'workout' | 'wind-down' | null;
  /** At most one of them; neither: 25 tracks. */
  readonly length?: {
    readonly tracks?: number | null;
    readonly minutes?: number | null;
  };
  /** Words of the prompt that meant nothing. */
  readonly unread?: readonly string[];
}

/** What this turn changed of the brief. */
export type BriefPatch = readonly (
  | {
      readonly op: 'add' | 'replace' | 'test';
      readonly path: string;
      /** Any JSON. */
      readonly value: unknown;
    }
  | {
      readonly op: 'remove';
      readonly path: string;
    }
)[];

export interface SessionRequest {
  /** The app's own id: the same request again begins nothing new. */
  readonly sessionId?: string;
  /** Needed with a service token. */
  readonly listenerId?: string;
  readonly seed: {
    /** Item ids: music like them. */
    readonly tracks?: readonly string[];
    /** Artist ids: music of them and like them. */
    readonly artists?: readonly string[];
    /** Item ids: music that goes on from it. */
    readonly playlist?: readonly string[];
    readonly brief?: Brief;
    /** What to play, in words. */
    readonly prompt?: string;
  };
  /** How many tracks, 1 to 50. */
  readonly count?: number;
}

export interface SessionTurnRequest {
  /** The app's own id: the same turn again is answered as before. */
  readonly turnId: string;
  /** Since the last turn, in the order of playing. */
  readonly played?: readonly {
    readonly itemId: string;
    readonly msPlayed: number;
    /** Where in the track it was skipped, if it was. */
    readonly skippedAtMs?: number;
  }[];
  /** Item ids. */
  readonly saved?: readonly string[];
  /** Item ids: not again, here or anywhere. */
  readonly disliked?: readonly string[];
  readonly steer?: string;
  readonly patch?: BriefPatch;
  /** How many tracks, 1 to 50. */
  readonly count?: number;
}

export interface Session {
  readonly sessionId: string;
  readonly listenerId: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly prompt: string | null;
  readonly seeds: {
    readonly tracks: readonly string[];
    readonly artists: readonly string[];
  };
  readonly brief: Brief;
  readonly briefBy: 'parser' | 'model' | 'request' | 'seeds';
  readonly turns: number;
  /** Served so far. */
  readonly tracks: number;
  /** What the session has come to lean to: moving averages, skips counting against. */
  readonly leanings: {
    readonly tempo: {
      readonly towards: {
        readonly centre: number;
        readonly mass: number;
      } | null;
      readonly away: {
        readonly centre: number;
        readonly mass: number;
      } | null;
    };
    readonly energy: {
      readonly towards: {
        readonly centre: number;
        readonly mass: number;
      } | null;
      readonly away: {
        readonly centre: number;
        readonly mass: number;
      } | null;
    };
    readonly valence: {
      readonly towards: {
        readonly centre: number;
        readonly mass: number;
      } | null;
      readonly away: {
        readonly centre: number;
        readonly mass: number;
      } | null;
    };
    readonly genres: readonly {
      readonly name: string;
      readonly strength: number;
    }[];
    readonly artists: readonly {
      readonly name: string;
      readonly strength: number;
    }[];
  };
  /** The latest turns, oldest first: what was heard, what that changed, what came of it and why. */
  readonly history: readonly {
    readonly turn: number;
    readonly turnId: string | null;
    readonly at: string;
    readonly feedback: readonly {
      readonly itemId: string;
      readonly kind: 'played' | 'skipped' | 'saved' | 'disliked';
      readonly strength: number;
    }[];
    readonly steer: string | null;
    readonly patch: BriefPatch;
    readonly unmet: readonly string[];
    readonly served: readonly {
      readonly itemId: string;
      readonly recordingId: string;
      readonly artistId: string | null;
      readonly parts: Readonly<Record<string, number>>;
      readonly reasons: readonly {
        readonly reason: string;
        readonly value: string | number | null;
      }[];
    }[];
  }[];
}

export interface BlendGroup {
  readonly blendId: string;
  /** Who may delete it: who created it, or else who has been in it longest. */
  readonly creator: string;
  /** For others to join with. */
  readonly invitation: string;
  readonly createdAt: string;
  readonly members: readonly {
    readonly listenerId: string;
    readonly joinedAt: string;
  }[];
}

export interface CreateBlend {
  /** The first member; needed of a service, a listener’s token names its own. */
  readonly listenerId?: string;
  /** The same one from the same listener gives the same blend. */
  readonly requestId?: string;
}

export interface JoinBlend {
  /** Needed of a service; a listener joins with their own token. */
  readonly listenerId?: string;
  /** As a member of the blend passes it on. */
  readonly invitation: string;
}

export interface Blends {
  readonly listenerId: string;
  readonly blends: readonly BlendGroup[];
}

export type Blend = Omit<Answer, 'items'> & {
  readonly items: readonly BlendItem[];
  readonly blendId: string;
  /** UTC; the blend is the same all day. */
  readonly date: string;
  readonly members: readonly {
    readonly listenerId: string;
    readonly basis: 'build' | 'signals' | 'popularity';
    /** How many of the items are from them. */
    readonly attributed: number;
  }[];
  readonly match: BlendMatch;
};

export type BlendItem = Omit<AnswerItem, 'source'> & {
  /** The generator that proposed it; `favourite`: the member plays it already. */
  readonly source:
    | 'co_listening'
    | 'artist_neighbours'
    | 'new_releases'
    | 'audio_neighbours'
    | 'transitions'
    | 'session_neighbours'
    | 'tag_neighbours'
    | 'popularity'
    | 'favourite';
  /** The member it is from. */
  readonly attributedTo: string;
  /** By member, 0 to 1: where it stands among all that is known of their taste; 0 for nothing. */
  readonly affinities: Readonly<Record<string, number>>;
  /** Members who play it and like it already. */
  readonly favouriteOf: readonly string[];
  /** How many members’ taste speaks for it. */
  readonly reason: 'everyone' | 'several' | 'one';
};

export interface BlendMatch {
  /** 50·artists + 30·sound + 20·tracks, the mean of all pairs; null where too little is known. */
  readonly percent: number | null;
  readonly explanation: {
    readonly parts: {
      /** Cosine of artist affinities, 0 to 1. */
      readonly artists: number;
      /** Cosine of genres, mean energy and mean tempo, 0 to 1. */
      readonly sound: number;
      /** Weighted Jaccard of track affinities, 0 to 1. */
      readonly tracks: number;
    } | null;
    /** What members share, what counts most first. */
    readonly artists: readonly {
      readonly artistId: string;
      readonly name: string | null;
    }[];
    readonly genres: readonly string[];
    readonly pairs: readonly {
      readonly members: readonly string[];
      readonly percent: number;
      readonly parts: {
        /** Cosine of artist affinities, 0 to 1. */
        readonly artists: number;
        /** Cosine of genres, mean energy and mean tempo, 0 to 1. */
        readonly sound: number;
        /** Weighted Jaccard of track affinities, 0 to 1. */
        readonly tracks: number;
      };
    }[];
  };
}

export interface Playlist {
  readonly playlistId: string;
  readonly listenerId: string;
  readonly title: string;
  readonly sessionId: string;
  /** What the session began with, if it began with words. */
  readonly prompt: string | null;
  readonly createdAt: string;
  /** What the session served, in that order, without what was disliked or skipped there. */
  readonly tracks: readonly {
    /** Zero-based. */
    readonly position: number;
    readonly itemId: string;
    readonly recordingId: string;
    readonly title: string | null;
    readonly artist: string | null;
    readonly artistId: string | null;
    readonly album: string | null;
    readonly durationMs: number | null;
    /** Of the session, that served it. */
    readonly turn: number;
    readonly reasons: readonly {
      readonly reason: string;
      readonly value: string | number | null;
    }[];
  }[];
  /** The first turns of a long session, which it no longer remembers. */
  readonly omittedTurns: number;
  /** Parts that could not be read; empty when all is well. */
  readonly degraded: readonly string[];
}

export interface PlaylistRequest {
  readonly sessionId: string;
  readonly title: string;
}

export interface Explanation {
  readonly listenerId: string;
  readonly itemId: string;
  readonly recordingId: string;
  readonly title: string | null;
  readonly artist: string | null;
  readonly artistId: string | null;
  readonly album: string | null;
  readonly served: {
    /** `pool`: not served there; the nightly build proposes it to this listener. */
    readonly surface: 'session' | 'discover-weekly' | 'pool';
    readonly sessionId: string | null;
    readonly turn: number | null;
    readonly week: string | null;
    readonly at: string | null;
    readonly position: number | null;
    readonly impressionId: string | null;
    readonly build: string | null;
  };
  /** False where the answer is too old to be kept: sources, seeds and notion are gone then. */
  readonly isWhole: boolean;
  /** The generator that proposed it on the strongest evidence. */
  readonly source: string | null;
  readonly sources: readonly {
    readonly source:
      | 'co_listening'
      | 'artist_neighbours'
      | 'new_releases'
      | 'audio_neighbours'
      | 'transitions'
      | 'session_neighbours'
      | 'tag_neighbours'
      | 'popularity';
    /** 1 is the best candidate this generator had here. */
    readonly score: number;
    /** Item or artist that led here. */
    readonly seed: string | null;
  }[];
  readonly seedTracks: readonly {
    readonly itemId: string;
    readonly title: string | null;
    readonly artist: string | null;
  }[];
  readonly seedArtists: readonly {
    readonly artistId: string;
    readonly name: string | null;
  }[];
  /** What kind of discovery it was for this listener. */
  readonly notion: string | null;
  readonly score: number | null;
  /** Addends of score. */
  readonly scoreParts: Readonly<Record<string, number>>;
  /** What of the brief or of the session spoke for it. */
  readonly reasons: readonly {
    readonly reason: string;
    readonly value: string | number | null;
  }[];
  /** Null where no session served it. */
  readonly constraints: {
    readonly prompt: string | null;
    readonly brief: Brief;
    /** Up to that turn. */
    readonly steered: readonly {
      readonly turn: number;
      readonly steer: string;
    }[];
    /** Fields of the brief that this track does not meet. */
    readonly gaveWay: readonly string[];
    /** What the tracks of that turn did not meet. */
    readonly unmet: readonly {
      /** The brief's field. */
      readonly constraint: string;
      readonly reason: string;
      /** Tracks of this answer that satisfy it. */
      readonly satisfied: number;
      readonly of: number;
    }[];
  } | null;
  /** The control that keeps it from being served now. */
  readonly blocked:
    | 'dislike'
    | 'do-not-recommend'
    | 'snooze-artist'
    | 'snooze-track'
    | 'exclude-from-taste'
    | 'private-session'
    | 'explicit-filter'
    | 'adventurousness'
    | null;
  /** Parts that could not be read; empty when all is well. */
  readonly degraded: readonly string[];
}

/** One method for each operation. All throw SegueProblem where the answer is none that the operation promises. */
export class SegueClient {
  readonly #call: Transport;

  constructor(options: TransportOptions) {
    this.#call = createTransport(options);
  }

  /**
   * Delete a blend for all of its members
   * DELETE /v1/blends/{id}
   */
  deleteBlend(
    input: {
      readonly id: string;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 204; readonly data: undefined }> {
    return this.#call({ method: 'DELETE', path: '/v1/blends/{id}', secured: true }, input, options);
  }

  /**
   * Leave a blend
   * DELETE /v1/blends/{id}/members/{listenerId}
   */
  deleteBlendMember(
    input: {
      readonly id: string;
      readonly listenerId: string;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 204; readonly data: undefined }> {
    return this.#call(
      { method: 'DELETE', path: '/v1/blends/{id}/members/{listenerId}', secured: true },
      input,
      options,
    );
  }

  /**
   * Erase a listener everywhere
   * DELETE /v1/listeners/{id}
   */
  deleteListener(
    input: {
      readonly id: string;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: ErasureReceipt }> {
    return this.#call({ method: 'DELETE', path: '/v1/listeners/{id}', secured: true }, input, options);
  }

  /**
   * Take a decision back
   * DELETE /v1/listeners/{id}/controls/{kind}/{target}
   */
  deleteListenerControl(
    input: {
      readonly id: string;
      readonly kind:
        | 'dislike'
        | 'do-not-recommend'
        | 'snooze-artist'
        | 'snooze-track'
        | 'exclude-from-taste'
        | 'private-session'
        | 'explicit-filter'
        | 'adventurousness';
      readonly target: string;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: Control }> {
    return this.#call(
      { method: 'DELETE', path: '/v1/listeners/{id}/controls/{kind}/{target}', secured: true },
      input,
      options,
    );
  }

  /**
   * End and forget a session
   * DELETE /v1/sessions/{id}
   */
  deleteSession(
    input: {
      readonly id: string;
      /** Needed with a service token. */
      readonly listenerId?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 204; readonly data: undefined }> {
    return this.#call(
      { method: 'DELETE', path: '/v1/sessions/{id}', query: ['listenerId'], secured: true },
      input,
      options,
    );
  }

  /**
   * Today’s tracks for all members of a blend
   * GET /v1/blends/{id}
   */
  getBlend(
    input: {
      readonly id: string;
      /** For whom a service asks; a member. */
      readonly listenerId?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: Blend }> {
    return this.#call(
      { method: 'GET', path: '/v1/blends/{id}', query: ['listenerId'], secured: true },
      input,
      options,
    );
  }

  /**
   * The blends a listener is in
   * GET /v1/listeners/{id}/blends
   */
  getListenerBlends(
    input: {
      readonly id: string;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: Blends }> {
    return this.#call({ method: 'GET', path: '/v1/listeners/{id}/blends', secured: true }, input, options);
  }

  /**
   * Music this listener has never heard, the same all week
   * GET /v1/listeners/{id}/discover-weekly
   */
  getListenerDiscoverWeekly(
    input: {
      readonly id: string;
      /** An ISO week in UTC; this one where none is named. */
      readonly week?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: Weekly }> {
    return this.#call(
      { method: 'GET', path: '/v1/listeners/{id}/discover-weekly', query: ['week'], secured: true },
      input,
      options,
    );
  }

  /**
   * Weeks of which there is a playlist
   * GET /v1/listeners/{id}/discover-weekly/weeks
   */
  getListenerDiscoverWeeklyWeeks(
    input: {
      readonly id: string;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: Weeks }> {
    return this.#call(
      { method: 'GET', path: '/v1/listeners/{id}/discover-weekly/weeks', secured: true },
      input,
      options,
    );
  }

  /**
   * Why a track was served
   * GET /v1/listeners/{id}/explanation
   */
  getListenerExplanation(
    input: {
      readonly id: string;
      /** The track. */
      readonly itemId: string;
      /** The session that served it. Without it the weeks of Discover Weekly are looked through, newest first, and then what the nightly build proposes. */
      readonly sessionId?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: Explanation }> {
    return this.#call(
      {
        method: 'GET',
        path: '/v1/listeners/{id}/explanation',
        query: ['itemId', 'sessionId'],
        secured: true,
      },
      input,
      options,
    );
  }

  /**
   * Everything held of a listener
   * GET /v1/listeners/{id}/export
   */
  getListenerExport(
    input: {
      readonly id: string;
      /** `next` of the page before. */
      readonly after?: string | undefined;
      readonly limit?: number | undefined;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: Export }> {
    return this.#call(
      { method: 'GET', path: '/v1/listeners/{id}/export', query: ['after', 'limit'], secured: true },
      input,
      options,
    );
  }

  /**
   * Shelves of music and podcasts for this moment
   * GET /v1/listeners/{id}/home
   */
  getListenerHome(
    input: {
      readonly id: string;
      /** Of the listener’s clock; else of UTC. */
      readonly hour?: number | null | undefined;
      /** 1 Monday to 7 Sunday, of the listener’s clock. */
      readonly weekday?: number | undefined;
      readonly device?: 'phone' | 'desktop' | 'speaker' | 'car' | 'tv' | 'watch' | undefined;
      /** Most items of a shelf. */
      readonly items?: number | undefined;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: Home }> {
    return this.#call(
      {
        method: 'GET',
        path: '/v1/listeners/{id}/home',
        query: ['hour', 'weekday', 'device', 'items'],
        secured: true,
      },
      input,
      options,
    );
  }

  /**
   * What to play after a track
   * GET /v1/listeners/{id}/next
   */
  getListenerNext(
    input: {
      readonly id: string;
      /** Item that is playing. */
      readonly seed?: string | undefined;
      /** How many items, 1 to 100. */
      readonly limit?: number | undefined;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: Answer }> {
    return this.#call(
      { method: 'GET', path: '/v1/listeners/{id}/next', query: ['seed', 'limit'], secured: true },
      input,
      options,
    );
  }

  /**
   * A saved playlist
   * GET /v1/listeners/{id}/playlists/{playlistId}
   */
  getListenerPlaylist(
    input: {
      readonly id: string;
      readonly playlistId: string;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: Playlist }> {
    return this.#call(
      { method: 'GET', path: '/v1/listeners/{id}/playlists/{playlistId}', secured: true },
      input,
      options,
    );
  }

  /**
   * What Segue makes of a listener
   * GET /v1/listeners/{id}/profile
   */
  getListenerProfile(
    input: {
      readonly id: string;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: Profile }> {
    return this.#call({ method: 'GET', path: '/v1/listeners/{id}/profile', secured: true }, input, options);
  }

  /**
   * Is the process alive
   * GET /livez
   */
  getLivez(options?: CallOptions): Promise<{ readonly status: 200; readonly data: Health }> {
    return this.#call({ method: 'GET', path: '/livez' }, {}, options);
  }

  /**
   * Can it serve
   * GET /readyz
   */
  getReadyz(options?: CallOptions): Promise<{ readonly status: 200; readonly data: Readiness }> {
    return this.#call({ method: 'GET', path: '/readyz' }, {}, options);
  }

  /**
   * Find by name
   * GET /v1/search
   */
  getSearch(
    input: {
      /** Words, or the beginning of one; slips are forgiven. */
      readonly q: string;
      /** What to look for; all kinds unless told. */
      readonly kinds?: string | undefined;
      /** How many hits of each kind, 1 to 50. */
      readonly limit?: number | undefined;
      /** With a service token, whom the order is for; without it the order is for nobody. A listener’s token names its own. */
      readonly listener?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: SearchAnswer }> {
    return this.#call(
      { method: 'GET', path: '/v1/search', query: ['q', 'kinds', 'limit', 'listener'], secured: true },
      input,
      options,
    );
  }

  /**
   * What a session has become, and how
   * GET /v1/sessions/{id}
   */
  getSession(
    input: {
      readonly id: string;
      /** Needed with a service token. */
      readonly listenerId?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: Session }> {
    return this.#call(
      { method: 'GET', path: '/v1/sessions/{id}', query: ['listenerId'], secured: true },
      input,
      options,
    );
  }

  /**
   * What goes with a track
   * GET /v1/tracks/{id}/similar
   */
  getTrackSimilar(
    input: {
      readonly id: string;
      /** How many items, 1 to 100. */
      readonly limit?: number | undefined;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: Answer }> {
    return this.#call(
      { method: 'GET', path: '/v1/tracks/{id}/similar', query: ['limit'], secured: true },
      input,
      options,
    );
  }

  /**
   * Whose token this is
   * GET /1/validate-token
   */
  getValidateToken(
    input: {
      readonly token?: string | undefined;
    } = {},
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: ListenBrainzToken }> {
    return this.#call(
      { method: 'GET', path: '/1/validate-token', query: ['token'], secured: true },
      input,
      options,
    );
  }

  /**
   * Join a blend by its invitation
   * POST /v1/blends/{id}/members
   */
  postBlendMembers(
    input: {
      readonly id: string;
      readonly body: JoinBlend;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: BlendGroup }> {
    return this.#call({ method: 'POST', path: '/v1/blends/{id}/members', secured: true }, input, options);
  }

  /**
   * Start a blend that others can join
   * POST /v1/blends
   */
  postBlends(
    input: {
      readonly body: CreateBlend;
    },
    options?: CallOptions,
  ): Promise<
    { readonly status: 200; readonly data: BlendGroup } | { readonly status: 201; readonly data: BlendGroup }
  > {
    return this.#call({ method: 'POST', path: '/v1/blends', secured: true }, input, options);
  }

  /**
   * Submit listening and feedback events
   * At most 1,000 events or 1 MiB (also unpacked, where sent as gzip). Each event is accepted or rejected for itself; what is accepted is durable when the answer comes. Repeating an event is harmless.
   * POST /v1/events
   */
  postEvents(
    input: {
      readonly body:
        | readonly Event[]
        | {
            readonly events: readonly Event[];
          };
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 202; readonly data: EventsAccepted }> {
    return this.#call({ method: 'POST', path: '/v1/events', secured: true }, input, options);
  }

  /**
   * Like (1), dislike (-1) or take back (0)
   * POST /1/feedback/recording-feedback
   */
  postFeedbackRecordingFeedback(
    input: {
      readonly body: ListenBrainzFeedback;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: ListenBrainzOk }> {
    return this.#call(
      { method: 'POST', path: '/1/feedback/recording-feedback', secured: true },
      input,
      options,
    );
  }

  /**
   * Make this week’s playlist anew
   * POST /v1/listeners/{id}/discover-weekly
   */
  postListenerDiscoverWeekly(
    input: {
      readonly id: string;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: Weekly }> {
    return this.#call(
      { method: 'POST', path: '/v1/listeners/{id}/discover-weekly', secured: true },
      input,
      options,
    );
  }

  /**
   * Save what a session served as a playlist
   * Saving a session under the same title again answers with the playlist as it was saved first.
   * POST /v1/listeners/{id}/playlists
   */
  postListenerPlaylists(
    input: {
      readonly id: string;
      readonly body: PlaylistRequest;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: Playlist }> {
    return this.#call(
      { method: 'POST', path: '/v1/listeners/{id}/playlists', secured: true },
      input,
      options,
    );
  }

  /**
   * Go on: what was heard, what to change, the next tracks
   * POST /v1/sessions/{id}/turns
   */
  postSessionTurns(
    input: {
      readonly id: string;
      /** Needed with a service token. */
      readonly listenerId?: string | undefined;
      readonly body: SessionTurnRequest;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: SessionAnswer }> {
    return this.#call(
      { method: 'POST', path: '/v1/sessions/{id}/turns', query: ['listenerId'], secured: true },
      input,
      options,
    );
  }

  /**
   * Begin a session from tracks, artists, a playlist, a brief or a prompt
   * POST /v1/sessions
   */
  postSessions(
    input: {
      readonly body: SessionRequest;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: SessionAnswer }> {
    return this.#call({ method: 'POST', path: '/v1/sessions', secured: true }, input, options);
  }

  /**
   * A playlist shuffled, with recommendations among its tracks
   * POST /v1/smart-shuffle
   */
  postSmartShuffle(
    input: {
      readonly body: SmartShuffleRequest;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: SmartShuffle }> {
    return this.#call({ method: 'POST', path: '/v1/smart-shuffle', secured: true }, input, options);
  }

  /**
   * Submit listens as ListenBrainz clients do
   * POST /1/submit-listens
   */
  postSubmitListens(
    input: {
      readonly body: ListenBrainzSubmission;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: ListenBrainzOk }> {
    return this.#call({ method: 'POST', path: '/1/submit-listens', secured: true }, input, options);
  }

  /**
   * Decide what to be spared
   * PUT /v1/listeners/{id}/controls/{kind}/{target}
   */
  putListenerControl(
    input: {
      readonly id: string;
      readonly kind:
        | 'dislike'
        | 'do-not-recommend'
        | 'snooze-artist'
        | 'snooze-track'
        | 'exclude-from-taste'
        | 'private-session'
        | 'explicit-filter'
        | 'adventurousness';
      readonly target: string;
      readonly body?: ControlRequest | undefined;
    },
    options?: CallOptions,
  ): Promise<{ readonly status: 200; readonly data: Control }> {
    return this.#call(
      { method: 'PUT', path: '/v1/listeners/{id}/controls/{kind}/{target}', secured: true },
      input,
      options,
    );
  }
}
