/** Invented names of artists, releases, shows and episodes, composed from word lists; none is meant to be real. */
import type { Random } from '../random.ts';

const words = (text: string): string[] => text.split(' ');
const phrases = (text: string): string[] => text.split(';');

const ONSETS = words(
  'B Br C Cal D Dar El F Fen G Gal H Hal I Jor K Kes L Lor M Mar N Nev O Or P Quin R Ros S Sel T Tam U V Vel W Wyn Y Z',
);
const MIDDLES = words('a ari e eli en i ina o ola or u una ae io ey');
const ENDINGS = words(
  'dane fell gren hart kin las lund mere moor nor quill rell ric row sen stead tine vane wick wen zell ska',
);
const GIVEN = words(
  'Adra Basil Corin Delphe Edda Fenn Gisla Hollis Ines Jory Kaisa Lioba Marek Nuria Odile Perrin Quill Renske Saskia Tibor Ulla Vesna Wren Xenia Ysolde Zora Amadi Bétra Chidi Dunya Eñaut Farrokh',
);
const ADJECTIVES = words(
  'Amber Borrowed Brass Cardboard Chalk Civil Clockwork Copper Crooked Distant Double Driftwood Eleventh Felt Flannel Ghostly Granite Hollow Inland Ivory Juniper Lantern Lopsided Magnetic Marble Midday Minor Mohair Narrow Northern Opal Paper Patient Pewter Plaid Polar Quiet Rented Rust Saffron Salt Second Silver Slate Spare Static Tidal Tin Ultraviolet Velvet Wandering Wax Winter Woollen',
);
const NOUNS = words(
  'Abacus Almanac Anchor Apiary Arcade Atlas Bakery Barometer Bicycle Cabinet Canal Carousel Cartographer Cathedral Chandler Cinder Compass Cormorant Dial Engine Escalator Fable Ferry Foxglove Gazette Glacier Greenhouse Harbour Heron Hinge Kestrel Kiln Ladder Lighthouse Locket Magpie Meadow Metronome Mineral Monsoon Moth Orchard Parade Parlour Pendulum Pier Planetarium Postcard Quarry Railway Reservoir Semaphore Signal Sparrow Staircase Telegraph Thicket Tollbooth Tundra Turbine Umbrella Viaduct Weathervane Whistle Windmill Zeppelin',
);
const VERBS = words(
  'Breathe Burn Call Carry Chase Dance Drift Fall Float Follow Forget Glow Hold Leave Linger Listen Move Open Remember Rise Run Sing Sleep Spin Stay Surrender Turn Wait Wake Wander Whisper Wonder',
);
const PLACES = phrases(
  'Alder Street;the Attic;Bramblewick;the Coast;Corvane;the East Wing;Fennmoor;the Ferry;Gate Nine;Halvern;the High Road;Ketterlake;the Lobby;Marrowdale;the Motorway;Nevis Park;the Old Town;Orrin Bay;Platform Two;the Roof;Saltgate;the Shallows;Tollgate;the Valley;Westerly',
);
const TIMES = phrases(
  'at Dawn;in August;After Midnight;for a While;in the Morning;Tonight;Again;Every Sunday;Before the Rain;One More Time;Until Spring;in Colour;in Slow Motion;on the Radio',
);
const SCENES = words('Collective Ensemble Orchestra Quartet Society Soundsystem Trio Union Workshop');
const TOPICS = words('comedy culture economics history language science sport technology');
const QUESTIONS = phrases(
  'How We Learned to;Why Nobody Can;The Long Way to;A Short History of How to;What It Takes to;When Cities;The People Who',
);

/** A person's or a made-up word: `Kesarimoor`. */
function coinWord(random: Random): string {
  return random.pick(ONSETS) + random.pick(MIDDLES) + random.pick(ENDINGS);
}

function plural(noun: string): string {
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
}

/** A performer's name; repeats are possible, callers keep them apart. */
export function artistName(random: Random): string {
  const style = random.next();
  if (style < 0.3) return `${random.pick(GIVEN)} ${coinWord(random)}`;
  if (style < 0.5) return `The ${random.pick(ADJECTIVES)} ${plural(random.pick(NOUNS))}`;
  if (style < 0.68) return `${random.pick(ADJECTIVES)} ${random.pick(NOUNS)}`;
  if (style < 0.8) return coinWord(random);
  if (style < 0.88) return `${random.pick(GIVEN)} & the ${plural(random.pick(NOUNS))}`;
  if (style < 0.95) return `${coinWord(random)} ${random.pick(SCENES)}`;
  return `DJ ${coinWord(random)}`;
}

/** A track's title; repeats are possible. */
export function trackTitle(random: Random): string {
  const style = random.next();
  if (style < 0.22) return `${random.pick(ADJECTIVES)} ${random.pick(NOUNS)}`;
  if (style < 0.4) return `${random.pick(VERBS)} ${random.pick(TIMES)}`;
  if (style < 0.55) return `The ${random.pick(NOUNS)} of ${random.pick(PLACES)}`;
  if (style < 0.68) return `${random.pick(VERBS)} Me to ${random.pick(PLACES)}`;
  if (style < 0.8) return `${random.pick(NOUNS)} ${random.pick(TIMES)}`;
  if (style < 0.9) return `${random.pick(VERBS)}, ${random.pick(VERBS)}`;
  return `${random.pick(GIVEN)}’s ${random.pick(NOUNS)}`;
}

/** An album's title; repeats are possible. */
export function albumTitle(random: Random): string {
  const style = random.next();
  if (style < 0.4) return `${plural(random.pick(NOUNS))} & ${plural(random.pick(NOUNS))}`;
  if (style < 0.7) return `${random.pick(ADJECTIVES)} ${random.pick(TIMES)}`;
  return `Songs from ${random.pick(PLACES)}`;
}

/** A podcast's name and subject; repeats are possible. */
export function podcastShow(random: Random): { name: string; topic: string } {
  const name = random.chance(0.5)
    ? `The ${random.pick(ADJECTIVES)} ${random.pick(NOUNS)} Show`
    : `${random.pick(NOUNS)} with ${random.pick(GIVEN)} ${coinWord(random)}`;
  return { name, topic: random.pick(TOPICS) };
}

/** Title of episode `number` of a show; the number keeps a show's episodes apart. */
export function episodeTitle(random: Random, number: number): string {
  return `${number}. ${random.pick(QUESTIONS)} ${random.pick(VERBS)}`;
}
