/** What words and phrases of a prompt mean. Our own table, folded spellings, several words before single ones. */
import type { Familiarity, Mood, Range, Version } from './brief.ts';
import { FILLER_PHRASES, FILLER_WORDS } from './brief-fillers.ts';
import type { EnergyArc } from './energy-arc.ts';

export type Axis = 'bpm' | 'energy' | 'valence' | 'popularity' | 'discovery' | 'years' | 'length';

/** How what follows is meant. */
export type Cue =
  | 'not'
  | 'less'
  | 'more'
  | 'only'
  | 'like'
  | 'by'
  | 'and'
  | 'or'
  | 'but'
  | 'start'
  | 'end'
  | 'instead'
  | 'not too'
  | 'from';

export type Meaning =
  | { readonly kind: 'moods'; readonly moods: readonly Mood[] }
  | { readonly kind: 'sound'; readonly axis: 'bpm' | 'energy' | 'valence'; readonly range: Range }
  | { readonly kind: 'activity'; readonly activity: Activity }
  | { readonly kind: 'version'; readonly version: Version }
  | { readonly kind: 'popularity'; readonly value: number }
  | { readonly kind: 'familiarity'; readonly value: Familiarity }
  | { readonly kind: 'discovery'; readonly value: number }
  | { readonly kind: 'arc'; readonly arc: EnergyArc }
  | { readonly kind: 'clean'; readonly clean: boolean }
  /** Bounds relative to the current year. */
  | { readonly kind: 'era'; readonly era: Range; readonly isRelative: boolean }
  | { readonly kind: 'language'; readonly code: string }
  | { readonly kind: 'studio' }
  | { readonly kind: 'length'; readonly tracks: number }
  | { readonly kind: 'relative'; readonly axis: Axis; readonly direction: 1 | -1 }
  | { readonly kind: 'level'; readonly level: 'low' | 'high' }
  | { readonly kind: 'cue'; readonly cue: Cue }
  /** Heavy music: what is meant is loud, and where no genre is named, these. */
  | { readonly kind: 'heavy'; readonly genres: readonly string[] }
  | { readonly kind: 'filler' };

/** What goes with doing something, as far as the prompt does not say otherwise. */
export interface Activity {
  readonly energy?: Range;
  readonly valence?: Range;
  readonly bpm?: Range;
  readonly moods?: readonly Mood[];
  readonly arc?: EnergyArc;
  readonly cleanOnly?: true;
}

const least = (min: number): Range => ({ min, max: null });
const most = (max: number): Range => ({ min: null, max });
const within = (min: number, max: number): Range => ({ min, max });
const moods = (...list: Mood[]): Meaning => ({ kind: 'moods', moods: list });
const sound = (axis: 'bpm' | 'energy' | 'valence', range: Range): Meaning => ({ kind: 'sound', axis, range });
const version = (kind: Version): Meaning => ({ kind: 'version', version: kind });
const cue = (kind: Cue): Meaning => ({ kind: 'cue', cue: kind });
const relative = (axis: Axis, direction: 1 | -1): Meaning => ({ kind: 'relative', axis, direction });
const activity = (goes: Activity): Meaning => ({ kind: 'activity', activity: goes });
const arc = (kind: EnergyArc): Meaning => ({ kind: 'arc', arc: kind });
const popularity = (value: number): Meaning => ({ kind: 'popularity', value });
const familiarity = (value: Familiarity): Meaning => ({ kind: 'familiarity', value });
const era = (range: Range, isRelative = false): Meaning => ({ kind: 'era', era: range, isRelative });

// biome-ignore format: one meaning per line keeps the table readable
const TABLE: readonly (readonly [meaning: Meaning, phrases: string])[] = [
  [sound('energy', least(0.6)), 'energy high; high on energy; high in energy'],
  [sound('energy', most(0.4)), 'energy low; low on energy; low in energy'],
  [sound('valence', least(0.6)), 'high valence; valence high'],
  [sound('valence', most(0.4)), 'low valence; valence low'],
  [moods('happy', 'uplifting'), 'happy; feliz; alegre; cheerful; cheery; joyful; joyous; merry; jolly; sunny; bright; positive; good mood; positive mood; feel good; feelgood; feel good music; good vibes; good vibe; fun; playful; smiling; smile; bubbly; carefree; summery; optimistic; lighthearted; light hearted; upbeat mood; gleeful; blissful; sunshine; happiness; joy; euphoric; euphoria'],
  [moods('uplifting', 'happy'), 'uplifting; upbeat; up beat; motivating; motivational; inspiring; inspirational; hopeful; triumphant; encouraging; empowering; epic; anthemic; rousing; pick me up; cheer me up; lift me up; lift my mood; boost my mood'],
  [moods('sad', 'melancholic'), 'sad; triste; traurig; sadness; heartbroken; heartbreak; heartbreaking; broken hearted; depressed; depressing; tearful; tearjerker; tearjerkers; cry; crying; weepy; mournful; sorrow; sorrowful; grief; grieving; tragic; breakup; break up; broke up; lonely; loneliness; miserable; feeling down; feel down; feeling blue; unhappy; emo; sob; sombre; somber; despairing; wistful'],
  [moods('melancholic', 'sad'), 'melancholic; melancholy; melancholia; bittersweet; nostalgic; nostalgia; pensive; brooding; wistful songs; plaintive; elegiac; longing; yearning'],
  [moods('dark', 'melancholic', 'sad'), 'gloomy; gloom; moody; dreary; depressive; downbeat'],
  [moods('dark', 'sad'), 'bleak; hopeless; grim; desolate; forlorn'],
  [moods('dark'), 'dark; darkness; sinister; ominous; eerie; creepy; spooky; haunting; menacing; evil; noir; halloween; scary; gothic; brooding dark; darkest'],
  [moods('angry'), 'angry; anger; aggressive; aggression; furious; rage; raging; fury; mad; violent; brutal; hateful; pissed off; vent'],
  [moods('calm'), 'calm; tranquila; tranquilo; calming; chill; chilled; chilled out; chill out; chilling; mellow; relaxing; relaxed; relax; relaxation; laid back; laidback; peaceful; serene; tranquil; tranquillity; tranquility; quiet; soothing; gentle; soft; softly; easy going; easygoing; easy listening; low key; lowkey; low energy; unwind; unwinding; restful; stillness; subdued; hushed; delicate; cozy; cosy; lazy; slow and easy; background music; zen; peace; winding down; de stress; destress; decompress'],
  [moods('dreamy'), 'dreamy; dreamlike; ethereal; hazy; floaty; floating; spacey; atmospheric; hypnotic; trippy; otherworldly; celestial; daydream; daydreaming; stargazing'],
  [moods('romantic'), 'romantic; romantica; romantico; romance; sexy; sensual; love songs; love song; intimate; date night; valentine; valentines; seductive; tender; wedding; romantic dinner; candlelit; candlelight; making out; first dance; in love'],
  [moods('energetic'), 'energetic; hectic; busy; chaotic; high energy; full of energy; energised; energized; energising; energizing; lively; powerful; pumped; pumping; pump me up; pump up; hype; hyped; hyper; intense; intensity; driving beat; driving beats; banging; bangers; banger; loud; explosive; adrenaline; vigorous; wild; rowdy; dynamic; punchy; frantic; fierce; go hard; going hard; hard hitting; turnt; lit; stomping; rocking; exciting; electrifying; peppy; danceable; dancy; groovy; bouncy; dancing; dance to'],
  [{ kind: 'heavy', genres: ['metal', 'rock'] }, 'heavy; heavy stuff; headbanging; headbanger; mosh; mosh pit; crushing'],
  [sound('bpm', least(120)), 'fast; fast paced; quick; rapid; speedy; uptempo; up tempo; high tempo; fast tempo; breakneck; high bpm; fastest'],
  [sound('bpm', most(95)), 'slow; slow paced; slow tempo; low tempo; downtempo; down tempo; ballad; ballads; sluggish; unhurried; low bpm; slow jams; slow jam; slow dance; slowest'],
  [sound('bpm', within(92, 122)), 'mid tempo; midtempo; medium tempo; moderate tempo; medium paced; mid paced; moderate; medium speed; walking pace'],
  [sound('energy', within(0.35, 0.65)), 'medium energy; moderate energy; mid energy'],
  [sound('energy', least(0.75)), 'very high energy; super high energy; max energy; maximum energy; hard'],
  [sound('energy', most(0.3)), 'very low energy; very quiet; very calm; super chill'],
  [activity({ energy: least(0.6), bpm: within(150, 180) }), 'running; run; jogging; jog; for a run; go running; marathon; 5k; 10k; half marathon; sprint; sprints; sprinting; treadmill; parkrun'],
  [activity({ energy: least(0.65), arc: 'workout' }), 'workout; work out; working out; work outs; workouts; exercise; exercising; hiit; circuit training; training session'],
  [activity({ energy: least(0.65) }), 'gym; gym session; lifting; lifting weights; weights; weightlifting; crossfit; leg day; pre drinks; spinning class; cycling; bike ride; boxing; aerobics; intervals; cardio; training; pre game; pregame; sports; football; skating; skiing; snowboarding'],
  [activity({ energy: most(0.55) }), 'study; studying; study session; homework; revision; revising; focus; focusing; focussing; concentrate; concentration; concentrating; reading; read a book; writing; working; work; office; deep work; coding; programming; exam; exams; essay; for work; at work; at the office; library; painting; drawing'],
  [activity({ energy: most(0.35) }), 'sleep; sleeping; fall asleep; falling asleep; asleep; bedtime; sleepy; nap; napping; lullaby; lullabies; insomnia; meditation; meditate; meditating; spa; massage; bath; drift off; doze; bed; go to bed; mindfulness; night time; nighttime; goodnight; put me to sleep'],
  [activity({ energy: most(0.45) }), 'yoga; stretching; pilates; breathing; tai chi'],
  [activity({ energy: least(0.6), valence: least(0.4) }), 'party; parties; partying; club; clubbing; night out; dancefloor; dance floor; dance; birthday party; house party; pool party; festival; rave; raving; celebration; celebrate; celebrating; new years eve; disco party; going out'],
  [activity({ energy: within(0.2, 0.65) }), 'dinner; dinner party; dining; supper; brunch; lunch; breakfast; coffee; coffee shop; cafe; restaurant; cocktail; cocktails; wine; aperitif; tea; dinner guests'],
  [activity({ energy: least(0.5) }), 'gaming; cleaning; clean the house; cleaning the house; cleaning the flat; housework; chores; tidying; tidying up; hoovering; vacuuming; do the dishes; washing up; gardening; wake up; waking up; wake me up; get up; keep me going; keep me awake; stay awake; get going; morning run'],
  [activity({ energy: within(0.4, 0.9) }), 'driving; drive; road trip; roadtrip; road trips; car; long drive; commute; commuting; train ride; travel; travelling; traveling; highway; motorway; cruising'],
  [activity({ valence: least(0.4) }), 'cooking; barbecue; bbq; picnic; beach; summer; holiday; holidays; vacation; pool; sunday lunch; garden party; morning; spring'],
  [activity({ energy: most(0.6) }), 'rainy day; rainy days; rainy; rain; late night; late at night; after midnight; midnight; evening; evenings; night; tonight; at night; fireplace; autumn; winter; sunday morning; lazy sunday; sunset; snow day; hangover; hungover; stressed; stress; anxious; anxiety; overwhelmed; tired'],
  [version('live'), 'live; live version; live versions; live recording; live recordings; live tracks; live songs; live music; concert recordings; concert recording; recorded live; in concert; concerts; live albums; live cuts'],
  [{ kind: 'studio' }, 'studio; studio versions; studio version; studio recordings; studio recording; studio tracks; studio albums; originals; original versions; original recordings'],
  [version('remix'), 'remix; remixes; remixed; rework; reworks; edits'],
  [version('acoustic'), 'acoustic; acoustic versions; acoustic version; unplugged; acoustics; stripped down; stripped back'],
  [version('cover'), 'cover; covers; cover version; cover versions; cover songs; cover song'],
  [version('instrumental'), 'instrumental; instrumentals; instrumental versions; instrumental music; no vocals; no singing; no lyrics; without vocals; without lyrics; without words; without singing; no words; without any vocals; without any lyrics; no singers; wordless; nobody singing; no one singing'],
  [version('remaster'), 'remaster; remasters; remastered; remastered versions'],
  [version('demo'), 'demo; demos; demo versions; demo version'],
  [popularity(0.8), 'popular; hits; hit; greatest hits; biggest hits; biggest; famous; well known; mainstream; chart; charts; chart toppers; chart topping; top 40; number ones; everyone knows; everybody knows; trending; viral; big hits; smash hits; crowd pleasers; crowd pleaser; crowdpleasers; classics; the classics; most played; most popular; best known; blockbusters; sing along; singalong; commercial; radio friendly; overplayed'],
  [popularity(-0.8), 'obscure; underground; hidden gems; hidden gem; lesser known; less known; little known; deep cuts; deep cut; deeper cuts; rare; rarities; unknown; undiscovered; underrated; overlooked; niche; off the beaten track; off the beaten path; under the radar; left field; leftfield; unpopular; b sides; hipster; nobody knows; no one knows; not well known; non mainstream; unsung; forgotten'],
  [familiarity('unheard'), 'new to me; never heard; never heard before; havent heard; have not heard; havent listened to; have never heard; ive never heard; i havent heard; i have not heard; i have never heard; havent heard yet; havent heard before; dont know; do not know; i dont know; i dont know yet; never listened to; have never listened to; have not listened to; unfamiliar; not heard; not heard before; unheard; fresh; discover; discover new; discovery; discoveries; new discoveries; something new; anything new; new songs for me; new stuff; new things; not in my library; songs i dont know; no songs i know; nothing i know; nothing ive heard; nothing i have heard; nothing i already know; nothing familiar; first time; never played; havent played; i havent played; music i dont know; ive not heard; not already heard; new to my ears'],
  [familiarity('new_artists'), 'new artists; new bands; artists new to me; bands new to me; artists ive never heard; artists i have never heard; artists i havent heard; artists i have not heard; artists i dont know; artists i do not know; bands i dont know; bands ive never heard; bands i havent heard; unfamiliar artists; unfamiliar bands; artists that are new to me; artists ive never heard of; artists ive never listened to; artists i have never listened to; bands ive never heard of; artists i havent listened to; people ive never heard; people i havent heard; musicians i dont know; singers i dont know; unknown artists; never heard of; new musicians; new singers'],
  [familiarity('heard'), 'my favourites; my favorites; forgotten favourites; forgotten favorites; havent heard in a while; i havent heard in a while; havent played in a while; i havent played in a while; havent listened to in a while; i havent listened to in a while; havent heard in ages; i havent heard in ages; havent heard for a while; i havent heard for a while; songs i love; songs i like; tracks i love; tracks i like; music i love; music i like; artists i love; artists i like; that i love; that i like; my favourite; my favorite; my faves; my favs; favourites; favorites; songs i know; i know; i already know; already know; i know and love; know and love; ive heard; i have heard; i have heard before; ive heard before; i already heard; familiar; my usual; the usual; my usual stuff; my top songs; my top tracks; my most played; my library; my music; my songs; my tracks; comfort music; comfort zone; heard before; already heard; ive already heard; i have already heard; i already love; already love; ive been listening to; been listening to; listened to before; i listen to; i usually listen to; ive listened to; my old favourites; my old favorites; known to me; that i know; ive played; on repeat; my go to; ones i know; old favourites; old favorites; my stuff; played before'],
  [{ kind: 'discovery', value: 0.9 }, 'adventurous; surprise me; surprise; surprising; surprises; explore; exploring; exploration; something different; unexpected; out of my comfort zone; outside my comfort zone; experimental; unusual; weird; strange; broaden my horizons; be bold; expand my taste; eclectic; varied; challenge me'],
  [{ kind: 'discovery', value: 0.15 }, 'play it safe; safe choices; safe bets; nothing weird; nothing too weird; nothing experimental; no surprises; stay safe'],
  [arc('rise'), 'build up; builds up; building up; build it up; build; building; builds; build slowly; build up slowly; builds slowly; ramp up; ramping up; ramps up; rise; rising; rises; crescendo; gradually faster; getting faster; gets faster; get faster; gets louder; more and more energetic; more and more intense; increasingly energetic; increasing energy; increasing; energy going up; going up; goes up; gradually more energetic; get more energetic; gets more energetic; getting more energetic; pick up; picks up; picking up; get going slowly; ease into; ease me into; ease in; gains momentum; gathers pace; gradually build; gradually builds; speed up; speeds up; speeding up; from slow to fast; slow to fast; from calm to energetic; calm to energetic; from low to high; low to high; from chill to party; heats up; heating up; climb; climbing; energy rising; rising energy; escalate; escalating'],
  [arc('fall'), 'fade out; fades out; fading out; going down; goes down; gradually down; energy going down; gradually slower; getting slower; gets slower; get slower; gets calmer; get calmer; getting calmer; slow down; slows down; slowing down; from fast to slow; fast to slow; from energetic to calm; energetic to calm; from high to low; high to low; from party to chill; falling; decreasing energy; decrease; decreasing; taper off; tapers off; tapering off; die down; dies down; drop off; descending; calm down gradually; gets quieter; getting quieter; more and more calm; calmer and calmer; settle down; settles down; ease off; gradually calmer; gradually calm down; falling energy; declining; less and less energetic; wane; bring it down; bring me down; bring us down'],
  [arc('wind-down'), 'wind down; winds down; wind me down; wind down mix; calm me down; calming down; cool down; cooldown; unwind slowly; come down; chill down'],
  [arc('wave'), 'waves; wave; in waves; wavy; up and down; ups and downs; peaks and valleys; highs and lows; peaks and troughs; roller coaster; rollercoaster; rise and fall; rises and falls; ebb and flow; up then down; alternating; back and forth; hills and valleys'],
  [arc('workout'), 'warm up; warmup; warming up; warm up and cool down; warm up then cool down; with a warm up; with a warm up and cool down; warm up go hard cool down'],
  [arc('steady'), 'steady; consistent; constant energy; steady energy; same energy; even energy; constant; no ups and downs; same energy throughout; same level; keep it steady; keep the energy; flat'],
  [{ kind: 'clean', clean: true }, 'clean; clean only; clean version; clean versions; clean lyrics; keep it clean; family friendly; kid friendly; kids friendly; child friendly; safe for work; sfw; work safe; safe for kids; safe for children; for kids; for my kids; for the kids; for children; with kids; with the kids; with my kids; kids; children; toddler; toddlers; my kid; my kids; my son; my daughter; no explicit; not explicit; non explicit; nothing explicit; no explicit lyrics; no explicit songs; no explicit content; no explicit language; no explicit tracks; no explicit music; without explicit lyrics; without explicit content; without explicit songs; without explicit; no swearing; no swear words; no cursing; no curse words; no profanity; no bad language; no bad words; no foul language; no dirty words; no rude words; without swearing; without swear words; without bad language; without bad words; without profanity; without cursing; without foul language; without dirty words; no cussing; no strong language; without strong language; no f bombs; no f words; no f word; no parental advisory; nothing dirty; nothing rude; g rated; pg rated; censored; bleeped; pg; suitable for kids; suitable for children; appropriate for kids; appropriate for children; office friendly; classroom; school friendly; grandma friendly; no adult content; nothing offensive; no offensive lyrics; radio edits; swear free; profanity free; leave out explicit; leave out the explicit; skip explicit; exclude explicit'],
  [{ kind: 'clean', clean: false }, 'explicit; explicit lyrics; explicit is fine; explicit is ok; swearing; swear words; profanity; uncensored; explicit ok; explicit fine; bad language'],
  [era(least(-5), true), 'recent; new; recently released; new releases; new release; new music; latest; newest; current; brand new; just released; just out; contemporary; nowadays; these days; up to date'],
  [era(within(0, 0), true), 'this year; this years; released this year'],
  [era(within(-1, -1), true), 'last year; last years'],
  [era(least(-10), true), 'modern; this decade; past decade; last decade; past ten years'],
  [era(most(1985)), 'oldies; oldie; golden oldies; vintage; old timey; old time'],
  [era(most(1995)), 'old; retro; old school; oldschool; old skool; throwback; throwbacks; classic; from back in the day; back in the day'],
  [era(within(2000, 2009)), 'two thousands; the two thousands; y2k'],
  [era(within(1998, 2002)), 'turn of the millennium; turn of the century; millennium'],
  [era(within(1901, 2000)), '20th century; twentieth century; last century'],
  [era(least(2001)), '21st century; twenty first century; this century; this millennium; new millennium'],
  [{ kind: 'length', tracks: 12 }, 'short playlist; short mix; a few songs; a few tracks; a handful; handful; quick playlist'],
  [{ kind: 'length', tracks: 60 }, 'long playlist; long mix; lots of songs; lots of tracks; a lot of songs'],
  [relative('bpm', 1), 'faster; quicker; speedier; faster paced; higher tempo; higher bpm; pick up the pace; pick up the tempo; speed it up; step it up; faster please; up the tempo; raise the tempo'],
  [relative('bpm', -1), 'slower; slow it down; lower tempo; lower bpm; slower paced; slow things down; not so fast; drop the tempo; lower the tempo'],
  [relative('energy', 1), 'harder; heavier; louder; livelier; more energy; higher energy; stronger; more intense; punchier; wilder; more power; up the energy; turn it up; crank it up; more intensity; more drive; more oomph; intenser; amp it up; raise the energy; pump it up; peppier; rowdier; more lively; spice it up'],
  [relative('energy', -1), 'calmer; softer; quieter; gentler; chiller; mellower; less energy; lower energy; tone it down; turn it down; more mellow; more relaxed; more laid back; less intense; dial it down; dial it back; lighter; not so loud; not so hard; take it down; lower the energy; take it easy; more subdued'],
  [relative('valence', 1), 'happier; brighter; sunnier; cheerier; more cheerful; more positive; jollier; merrier; more joyful; less depressing; less gloomy; less sad; less dark; more fun; less melancholic; less moody'],
  [relative('valence', -1), 'sadder; darker; gloomier; moodier; bleaker; less happy; less cheerful; more melancholy; more melancholic; more moody; less cheesy; more serious'],
  [relative('popularity', 1), 'more mainstream; more popular; better known; more famous; more hits; more well known; bigger hits; less obscure; less niche; less underground; more commercial; not so obscure; more accessible'],
  [relative('popularity', -1), 'less mainstream; less popular; less famous; less well known; less commercial; more obscure; more underground; more niche; fewer hits; less hits; more hidden gems; more deep cuts; deeper; less obvious; not so mainstream; not so popular; rarer; less overplayed; lesser known stuff'],
  [relative('discovery', 1), 'more stuff i dont know; more songs i dont know; more things i dont know; more music i dont know; more new music; surprise me more; more adventurous; more experimental; weirder; more surprising; more discovery; less familiar; less predictable; more variety; bolder; stranger; less safe; more daring; more new stuff; more unusual; more diverse; riskier; more exploratory'],
  [relative('discovery', -1), 'more familiar; less adventurous; safer; less weird; less experimental; more predictable; less strange; closer to my taste; closer to what i know; stick to what i know; stick closer to what i know; stay closer to what i know; closer to what i like; things i know; more things i know; more stuff i know; more of what i know; more my taste; more like my taste; more songs i know; more of what i like; less surprising'],
  [relative('years', 1), 'newer; more recent; more modern; fresher; more contemporary; more current; less old; younger'],
  [relative('years', -1), 'older; more vintage; more retro; more old school; less modern; less recent; more classic; more oldies'],
  [relative('length', 1), 'longer; twice as long; double the length; double it; a few more; a few more songs; a few more tracks; more songs; more tracks; make it longer; extend; extend it; more music; more of them; add more songs; add some more; a bit longer; keep going'],
  [relative('length', -1), 'shorter; half as long; half the length; halve it; a few less; a few fewer; not so long; too long; fewer songs; fewer tracks; less songs; less tracks; make it shorter; cut it down; shorten; shorten it; trim it'],
  [{ kind: 'level', level: 'high' }, 'with a bang; a bang; bang; big; strong; peak; full throttle; climax; full on; at full speed'],
  [{ kind: 'level', level: 'low' }, 'slowly; easy; low; small; gently; quietly; softly softly; light'],
  [cue('not'), 'no; not; non; without; without any; w o; sans; except; except for; excluding; exclude; minus; avoid; avoiding; skip; nothing; none; none of; never; dont; do not; isnt; arent; is not; are not; wasnt; doesnt; does not; hate; i hate; cant stand; cannot stand; anything but; everything but; all but; anything except; everything except; but not; but no; leave out; leaving out; drop; remove; take out; get rid of; ditch; lose; lose the; sick of; tired of; fed up with; bored of; bored with; not a fan of; no more; dislike; i dislike; dont like; i dont like; dont want; i dont want; dont play; dont include; dont give me; dont give me anything; apart from; other than; anything other than; aside from; neither; cut out; cut the; filter out; stay away from; keep out; hold the; zero; enough of; enough; never play; stop playing; no one; not any; not from; not by; nothing by; nothing from; nothing like; no songs by; no music by; nor; with no; block; ban; leave off; rule out; steer clear of; allergic to'],
  [cue('not too'), 'not too; but not too; just not too; but nothing too; and not too; and nothing too; nothing too; not overly; not very; not so; not that; never too; none too; nothing overly; nothing very'],
  [cue('less'), 'less; fewer; not as much; not so much; not too much; not too many; not so many; go easy on; easy on; a little less; a bit less; slightly less; fewer of; less of; lighter on; cut back on; cut down on; too much; too many; much less; way less; reduce; minimise; minimize; limit; only a little; a lot less; ease up on'],
  [cue('more'), 'more; a bit more; a little more; slightly more; some more; more of; even more; much more; way more; not enough; a lot more; lots more; increase; heavier on; emphasise; emphasize; additional; add; add some; add in; add a bit of; include; include some; mix in; throw in; sprinkle in; plus some; also some; bring in; put in; more stuff like; too little; too few'],
  [cue('only'), 'only; just; nothing but; exclusively; solely; purely; strictly; entirely; all; just only; nothing except; nothing other than; pure; 100'],
  [cue('like'), 'like; similar to; similar; sounds like; sound like; sounding like; that sounds like; in the style of; in the vein of; inspired by; influenced by; reminiscent of; akin to; along the lines of; for fans of; fans of; more like; artists like; bands like; music like; songs like; things like; something like; stuff like; as in; resembling; a la; reminds me of; remind me of; sounds similar to; influences; based on; a fan of; im a fan of; related to; comparable to; close to; such as'],
  [cue('by'), 'songs by; music by; tracks by; stuff by; anything by; everything by; only by; only songs by; only music by; best of; the best of; discography of; catalogue of; all by; sung by; performed by; played by; only stuff by; only tracks by; just songs by; from the band; from the artist'],
  [cue('from'), 'by; from; music from; songs from; tracks from; only music from; only songs from; only from'],
  [cue('and'), 'and; n; as well as; along with; together with; and also; and some; and more; y; und; et'],
  [cue('or'), 'or; or maybe; or else; and or; or even; or anything; or any; or some; or any other'],
  [cue('but'), 'but; with; however; though; although; yet; so; because; while; instead of; rather; rather than; give me; i want; i need; play; i would like; id like; id love; make it; let it be; should be; want; need'],
  [cue('start'), 'start; starts; starting; started; begin; begins; beginning; open; opening; opens; kick off; start off; starts off; starting off; start out; start with; starting with; begin with; open with; starts with; kick off with; starting from; starts out'],
  [cue('end'), 'then; and then; end; ends; ending; finish; finishes; finishing; end with; ending with; end up; ends up; finish with; end on; close with; get; gets; getting; become; becomes; becoming; turn; turns; grow; grows; growing; move to; moving to; progress; progressing; go to; work up to; lead to; leading to; into; to; moving into; transition to; transitioning to; evolve; work towards; towards; until it gets; gradually'],
  [cue('instead'), 'instead; not anymore; switch to; change to; change it to; make that; swap for'],
];

const filler: Meaning = { kind: 'filler' };

function compile(): ReadonlyMap<string, Meaning> {
  const meanings = new Map<string, Meaning>();
  for (const word of FILLER_WORDS.split(/\s+/)) if (word !== '') meanings.set(word, filler);
  for (const phrase of FILLER_PHRASES) meanings.set(phrase, filler);
  for (const [meaning, phrases] of TABLE)
    for (const phrase of phrases.split('; ')) meanings.set(phrase, meaning);
  return meanings;
}

/** By folded phrase. */
export const MEANINGS: ReadonlyMap<string, Meaning> = compile();
/** Words in the longest phrase. */
export const LONGEST_PHRASE: number = Math.max(
  ...[...MEANINGS.keys()].map((phrase) => phrase.split(' ').length),
);
