/** Written by npm run tune from validation cuts of train files: search again instead of editing by hand. */
export const TUNED_VERSION = 'candidates-2';

export const TUNED_PARAMETERS = {
  crowding: 0.6,
  near_beta: 0.2,
  near_neighbours: 40,
  tag_fade: 0.5,
  tag_neighbours: 100,
  weight_audio: 160,
  weight_co_listening: 480,
  weight_popularity: 0,
  weight_tags: 190,
} as const;
