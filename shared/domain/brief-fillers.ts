/** Words that carry nothing in a prompt. They also keep everyday words from being taken for misspelt names. */

/** Apart by white space. */
export const FILLER_WORDS = `
a able about absolutely actually after afternoon again ago album albums alexa all almost along already alright also always am an another any anybody anymore
anyone anything anyway anywhere are artist artists as ask at awesome away back band bands basically be beat beats beautiful because been before being best better
between bit both boy bring brother buddy busy bunch button by call came can cannot cant catalogue catchy category certain chance change check choose come comes coming compilation compose
cool could couldnt couple create created crowd curate dad date day days dear definitely description did didnt different do does doing done down dude during each
earlier either else enjoy enough especially essential even ever every everybody everyone everything exactly excellent expect fairly family fan far father feel feeling feelings feels felt
few fill finally find fine first fit fits five folks follow following for four friday friend friends from front full game general generate generally genre genres get gets getting
girl girlfriend boyfriend give given gives giving glad go goes going gonna good google gotta great group guess guests guy guys had half happen has have having he hear heard hello
help her here hers hey hi hidden him his home hope hot hours house how huge i id idea if ill im in include including indeed ini inside into is it its itself ive jam job
joined keep keeps kept kind kinda kindly kinds know known knows large last late later lead least leave left length less let lets level life like liked likes list listen listened listening
little ll long look looking looks lot lots loud love loved lovely loves low lyric lyrics made main mainly make makes making man many match matter may maybe me mean means meant
member memories men middle might mind mine minute mix mixed mixes mixtape moment mom moms mum mother monday mood moods more most mostly move much music musica musique musik en muy und musical musician musicians must my myself
name near nearly need needed needs next nice night no noise none normal not note now number numbers obviously occasion of off offer often oh ok okay old on once one ones only
onto open option or order other others our out outside over own pace part particular particularly partner parts past people per perfect perhaps person pick piece pieces place places plain play played
player playing playlist playlists plays please pls plus point possible possibly prefer preferably preferred pretty probably produced proper provide put puts queue quite radio random range rather real really
reason recommend recommendation recommendations record recorded recording recordings records related release released releases remember request requests rest right room round said same saturday save say saying says second section see seem seems
select selection send sense seriously session set sets several shall she should show shuffle side simple simply since sing singer singers single singles sister sit sitting slightly so some somebody
somehow someone something sometimes somewhere son song songs soon sort sorta sorts sound sounds soundtrack speaking special specific spotify start stay still stop story stuff style styles stylish such suggest suggestion suggestions suitable suits sunday super
sure take taken takes taking talk taste tastes tell than thank thanks that thats the their them themed theme then there theres these they theyre thing things think third this those thought three through throughout
thursday thx till time times title titles to today together told tomorrow too took top totally touch toward track tracklist tracks tried true try trying tuesday tune tunes turn tv twice two type types typical u under
understand up upon ur us use used using usual usually various version versions very via vibe vibes vibey view voice vocal vocals wait walk walking walks wanna want wanted wants was wasnt watch way we wednesday week weekend weekends well went were weve what whatever whats when where
which while who whole whose why will window wish with within wonder wonderful wont word words work world would wouldnt write wrong yeah year years yes yesterday yet you youd young your youre yours yourself
ballpark collection contain contains containing featuring feature features focused heavily heavy ish lean leaning leans main mainly mean must oriented reasonably roughly sprinkled tinged toned type vibe wise worthy allowed okay allow ideally throw themselves herself himself anybody compiled
birthday mate lol omg haha plz mins apartment flat husband wife kid teacher boss colleagues hes shes theyve whos arent theres doesnt dont havent hasnt hadnt shouldnt wouldnt isnt wasnt
bpm tempo bpms beats speed era eras decade decades century minute minutes hour hours length duration energy valence key popularity discography backing happening
`;

/** Phrases of which a part would mean something by itself: `i feel like`, `more or less`. */
export const FILLER_PHRASES: readonly string[] = [
  'not only',
  'around the house',
  'in the house',
  'nothing else',
  'and nothing else',
  'and the like',
  'the rest',
  'the rest of',
  'a mix of',
  'mix of',
  'a lot of',
  'lots of',
  'kind of',
  'sort of',
  'a bit',
  'a bit of',
  'a little',
  'at all',
  'if you can',
  'if possible',
  'no matter',
  'whatever',
  'of course',
  'i feel like',
  'feel like',
  'feels like',
  'would like',
  'i would like',
  'i like it',
  'more or less',
  'by the way',
  'of all time',
  'no problem',
  'per song',
  'get me',
  'get my',
  'open to',
  'open to anything',
  'as long as',
  'with me',
  'for me',
  'more than',
  'less than',
  'i love it',
  'i like this',
  'i feel',
  'dont mind',
  'i dont mind',
  'dont care',
  'i dont care',
  'never mind',
  'not sure',
  'im not sure',
  'not really',
  'anything goes',
  'all good',
  'all day',
  'all night',
  'all kinds of',
  'all sorts of',
  'to listen to',
  'listen to',
  'to be',
  'going to',
  'want to',
  'need to',
  'have to',
  'used to',
  'go to',
  'love to',
  'like to',
  'up to you',
  'like this',
  'more like this',
  'like that',
  'like these',
  'like it',
  'like them',
  'like i',
  'like when',
  'like a',
  'like the one',
  'like the ones',
  'like before',
  'work with',
  'work for',
  'out of',
  'get into',
  'i like',
  'id like to',
  'with friends',
  'with my friends',
  'just now',
  'but also',
  'but still',
  'just one',
  'one of',
  'one of those',
  'for my',
  'for the',
  'from the',
  'in the',
  'on the',
  'with a',
  'with the',
  'with some',
  'to the',
  'all the',
  'all time',
  'all my',
  'all of',
  'all that',
  'all this',
  'no idea',
  'no idea what',
];
