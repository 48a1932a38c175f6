"""Small word lists, written for this project: facts of grammar and style about single words."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PRONOUNS = _words(
    "i me my mine myself you your yours yourself we us our ours ourselves he him his himself she her hers herself it "
    "its itself they them their theirs themselves"
)

STOP = PRONOUNS | _words(
    "a an the this that these those and or but nor so if then than as at by for from in into of off on onto out over "
    "to too up upon with without within am is are was were be been being do does did done don't didn't doesn't have "
    "has had having will would shall should can could may might must not no yes all any some each every both either "
    "neither such own same just only very more most much many few when where why how what who whom whose which while "
    "until till there here now again once about above across after against along among around before behind below "
    "beneath beside between beyond down during near through toward towards under i'm i'll i'd i've you're you'll "
    "you've you'd we're we'll we've we'd he's he'll he'd she's she'll she'd it's it'll they're they'll they've they'd "
    "that's there's what's who's isn't aren't wasn't weren't won't wouldn't can't cannot couldn't shouldn't haven't "
    "hasn't hadn't let's let get got oh ah"
)
"""Function words, and words without a meaning of their own."""

CAN_BE_STRESSED = _words(
    "no not all down up out off over now here there then so what where who why how too once again both each every some "
    "any more most much many few never one this that these those same own just only when while about across after "
    "around behind before beneath beside between through under don't didn't won't can't isn't wasn't couldn't wouldn't "
    "shouldn't hasn't haven't hadn't let let's yes mine yours hers ours theirs himself herself get got oh"
)
"""Function words of which a singer may put a beat on one as easily as not."""

NEVER_LAST = _words(
    "a an the and or but nor if than as at of to into onto from with for my your his her its our their i i'm i'll i'd "
    "i've you're you'll you've you'd we're we'll we've we'd he's he'll he'd she's she'll she'd it's they're they'll "
    "they've they'd that's there's what's who's is are was were am be been has had have will would shall should could "
    "may might must can upon until till while because though although unless whose which that this these those every "
    "each very toward towards between among beneath against during without within through across behind beside along "
    "near such so it'll that'll let's let when where why how who what whom not no by in on cannot don't won't can't "
    "isn't didn't doesn't wasn't aren't weren't shouldn't wouldn't couldn't haven't hasn't hadn't both either neither "
    "too any some only just even ever never yet does do did being having he she we they many few more most less half "
    "quite rather almost whether since ours mine's like unlike under above below about after before amid around "
    "beyond past per oh ah mr mrs miss saint one's another's other's us'll as's your's its' said saith says"
)
"""Words that a line does not end on, as something has to follow them."""

GRIM = _words(
    "dead death die dies died dying blood bloody grave graves corpse gun guns slay kill wound wounds war battle "
    "despair doom hell tomb tombs coffin shroud weep wept tears sin sins hate cruel poison"
)
"""Grim words, of which old ballads have too many."""

TWO_SOUNDS = _words(
    "read lead tear bow bows row rows sow wound wind winds live close use uses bass minute dove does desert present "
    "object record perfect sewer lower house houses lives leads reads refuse content excuse invalid bowed wounds "
    "tears"
)
"""Words with two pronunciations: half of all readers would not hear a rhyme on them."""

DETERMINERS = _words("a an the my your his her its our their this that these those every each some no another one")

OPENERS = _words("and but or so for yet then when if o oh the")
"""First words that a verse easily has too many of."""

BLAND = _words(
    "love heart you me baby forever always never soul dream dreams alone tonight again true feel feeling mind eyes "
    "night day time way life things thing world one know say make see go come take give"
)

WORN = _words(
    "love loved loves loving lover baby babe darling honey girl boy man woman guy heart hearts tonight forever "
    "always feel feels feeling feelings felt need needs needed want wants wanted wanna gonna gotta know knows knew "
    "one dream dreams dreaming soul eyes night nights true alone cry cried crying tears kiss kissed hold holding "
    "held arms hand hands touch close closer face smile lips side mind life live living lives alive die died world "
    "time times day days ever never every everything nothing nothing's anything something someone somebody anyone "
    "nobody everybody else wait waiting waited stay stayed leave leaving left gone go goes going come comes coming "
    "back away run running fly flying fall falling fell fallen hurt hurts pain break breaking broke broken apart "
    "together believe believed promise say said tell told lie lies hear heard call calling see saw look looking "
    "looked find found lost lose dance dancing sing singing song fire burn burning light shine shining star stars "
    "sky moon sun heaven angel morning right wrong good bad better best same real free wild crazy strong deep "
    "inside high more much again only just really still make makes made take takes took give gives gave get gets "
    "got keep let show set start stop end think thinking thought try trying do did done be been being turn way "
    "place home name chance care mean means meant two too so yeah oh ooh hey please goodbye hello sorry beautiful "
    "perfect sweet everywhere somewhere without till until 'cause cause like"
)
"""The vocabulary of average lines: function words and bland words, none of which names a thing or a person."""

AT_HEART = _words(
    "love loved loves loving lover baby babe darling honey heart hearts tonight forever always feel feeling "
    "feelings need want one dream dreams soul eyes arms kiss alone goodbye alive together everything anything "
    "nothing world mind mine side life chance"
)
"""What average lines are about."""

YOU_AND_I = _words("i me my mine you your yours we us our")

FILLERS = _words("baby babe darling honey girl boy oh ooh yeah hey now just so really well and but cause")
"""Words that can be added to a line or left out without making it another line."""

ARCHAIC = _words(
    "thee thou thy thine thyself ye hath doth dost hast hadst wilt shalt canst couldst wouldst shouldst mayst mightst "
    "art wert didst durst saith quoth methinks methought forsooth prithee verily whence thence hence whither thither "
    "hither wherefore whereon whereof wherein whereby whereat wherewith whereto thereof therein thereon thereto "
    "thereby therewith hereof herein ere erst erstwhile oft ofttimes oftimes nay yea anon betwixt twixt tween mid "
    "midst amid amidst neath o'er e'er ne'er e'en ev'n tis twas twere twill twould o lo hark alas alack ah aye ay "
    "bade spake spoke'st begat clave drave sware wrought wroth wist wot wit'st whilst albeit athwart aught naught "
    "nought afore alway beauteous bounteous behest behold beheld beseech bespeak bestow bethink betide betimes "
    "betrothed blithe blithely bower bowers brake brine bonnet clad clime climes damsel damsels dame dames dell dells "
    "demesne doff eld eventide eve fain fane fell'st fie foe foes foeman foemen forlorn forsake fro gallant gallants "
    "gay'st glade glades gloaming goodly guerdon hallowed haply hie hied hist hoary host'st ken kine kirtle knave "
    "knaves knell kith laud lay'st lea leas leman lest lief liege list lowly mead meads maid maids maiden maidens "
    "maidenhood minstrel minstrels morn morns morrow mount'st mirth mute'st nigh noontide numbers'd orb orbs orison "
    "pall pallid parch'd pastoral pelf perchance plight plighted psalter quaff quaffed quench quenchless raiment "
    "ravish realms rend rill rills sate scion scythe'd sere shew shewed shewn shoon shorn slay slew slain smite smote "
    "smitten spouse steed steeds strand'd swain swains swart sward sylvan tarry thrall thralls thrice thrive'st thro "
    "throng thronged throngs tidings toil'd trod troth trow twain unto vale vales vanquished vassal verdant verdure "
    "vesper vespers vestal visage wan wast wax'd weal wend wends whelmed wherefrom wight woe woes woeful wondrous "
    "wont wooed woo wooing wore'st wrath wreathe yeoman yeomen yester yestreen yon yonder yore zephyr zephyrs thereat "
    "bard bards lyre lyres nymph nymphs muse muses cupid bosom bosoms brow brows azure fain'd ope opes oped gird girt "
    "sainted seraph seraphs cherub cherubim ransomed sinner sinners saviour savior redeemer jehovah zion israel "
    "hosanna alleluia hallelujah ebenezer immanuel tabernacle firmament heathen multitude transgression iniquity "
    "salvation redemption calvary gethsemane bethlehem galilee jordan canaan hosts whereupon heretofore "
    "notwithstanding whosoever whatsoever whoso whate'er whene'er where'er how'er howe'er thou'rt thou'lt thou'st "
    "you'st tho altho thru oer ever'st yclept eftsoons welkin wold wolds weald ruth dight bedight bedecked begone "
    "beguile beguiled beguiles begirt benison bewail bewept bier biers bourn bourne brand'd burthen casque caitiff "
    "coronal courser coursers dirk dole'd dolour dolorous doomed'st ensanguined espied espy falchion falchions fealty "
    "gore gramercy greave greensward harken hearken lance lances lave laved limned lissome lorn maugre meed mete mien "
    "mickle misprise moan'd mould'ring moult murk oblation obsequies paean paynim pibroch plaint plaints purl "
    "quiver'd rapine recreant reft repine repining rood sable samite scorn'd sepulchre shade'd sheen sire sires "
    "sward'd targe thane thrall'd tourney trump trumps unwonted usurp vaunt vaunted vernal viands wassail weeds'd "
    "wist'ful wonted wreak zone'd sae mair weel"
)
"""Old forms and diction that a modern song doesn't use."""

DIALECT = _words(
    "auld bairn bairns bonnie bonny braw burn's canna canny cauld couldna dinna didna dearie e'e een frae gae gang "
    "gaed gie gin gude guid hae haena hame hielan hieland ilka ken kens kirk laddie lassie lass lasses lad lads loch "
    "mair maun mither mony muckle na nae naebody owre puir sae sic siller thae wad wadna wae wasna wee weel wha whaur "
    "wi wouldna ye'll ye're yer ain't hain't tain't warn't dat dem dey de dis dar den dere massa mas'r gwine gwineter "
    "chile chillun heah neber nebber sho fo mo jes jest ter tuh fer fum hit's git gits gittin yo yo's yuh yore's "
    "nuthin nothin sez sed wuz wus iz ez thar whar har bin agin afeard allus bile hoss hosses feller fellers critter "
    "critters varmint mebbe kin'd oughter orter purty pore'd pizen sich skeered sot tech tote'd whut wot's bloomin "
    "bloke blokes guv'nor 'em em an' 'im 'er 'e 'ead 'eart 'ome o' th' i' a' ma pa da fa ha ho heigh hey tra fol rol "
    "lol ri tol derry diddle dee dum de-dum hum heave yo-ho ri-tol eh och och's ach aw ow ou ca fu cam gar pu wull "
    "jist jock jean's nell's min min' mun nobbut summat owt nowt thi tha tha's sa cud shud wud wun ov iv av uv wid "
    "wif wit' dan dun dunno gonna's gimme's lemme's lor lord's jee whoa gee haw wo abc aft ayr coo doo dory fae fen "
    "flo foo gan gat goe hap hee hye ich lan lin loo mak mam mang mew nan noe pre pye rad res roe san sup tak tam tee "
    "ted's tre tod wes wis woo yee dady fiel gies gila hans jing kidd loth loup lour lyon muir napa redd sall sark "
    "snaw spak syne tibi ting twa wain wiss whoo whit yett ying lodi cino cloe clow dule gama holt bowe erle hine "
    "germ mont ere's ilk pooh hist tum tiddy fiddledee diddley noddin noo mou moo's deil bides burn' gaun gied hoot "
    "hoots ance aiblins ava ave awe' bein ca' coom cum dae dee' deid doon dree dyke een' faut fecht fou frien gowd "
    "gree hert hoo hoosie ingle jo joes kail kye lang lave laverock leal leddy lilt' lug lum mailin mickle mirk mune "
    "neist neuk nicht ochone pawky pit' pow quo rin rowe rowth sair sang' siccan skirl smirr steek stane strae thole "
    "thrang tocher unco wame wark waur weans whiles wha's yestreen yird yowe"
)
"""Dialect spellings, which the dictionary would take for other words."""

OLD_FASHIONED = _words(
    "fair fairest sweet sweetest gentle tender weary noble gallant valiant mortal immortal heavenly holy sacred "
    "blessed bless blest angel angels lord god christ jesus heaven praise glory glorious grace mercy pray prayer "
    "worship eternal divine king kings queen prince knight knights lady ladies sir lords sword swords spear shield "
    "banner banners battle warrior crown crowned throne thrones grave graves tomb tombs weep weeping wept sorrow "
    "sorrows grief mourn mourning sigh sighs sighed breast gale gales billow billows barque vessel vessels hearth "
    "cottage dwell dwells dwelt dwelling slumber slumbers behold pleasant fond lovely beauteous gladness gladly merry "
    "joyous cheer cheerful bright brightest radiant gleam gleaming rapture delight delights charm charms charming "
    "virtue virtuous humble faithful foe host hosts nation nations freedom liberty slave slaves master masters "
    "soldier soldiers regiment musket cannon bayonet flag flags hail fled dear dearest youth youths infant babe babes "
    "shepherd shepherds flock flocks plough vain bliss wretched wrath dread dreadful countless deathless hallowed "
    "solemn mighty splendor splendour fame fate doom realm realms shore shores deem deemed thus forth amongst"
)
"""Normal words that are too frequent in old songs: drafts are biased against them."""

MODERN = _words(
    "street streets city cities town car cars truck bus train trains engine highway freeway road roads corner block "
    "avenue bridge station platform ticket suitcase pocket pockets wallet coat jacket jeans boots shoes shirt sweater "
    "hat dress collar button window windows door doors doorway hallway kitchen bathroom bedroom ceiling floor stairs "
    "staircase basement attic roof porch garage yard fence gate sidewalk gutter alley lamp lamps bulb neon candle "
    "matches cigarette smoke coffee tea sugar whiskey beer wine bottle bottles glass glasses cup cups plate table "
    "chair couch bed sheets pillow blanket mirror clock watch phone telephone telegram letter letters paper papers "
    "postcard photograph picture pictures camera radio record records guitar piano drum drums fiddle violin trumpet "
    "singer band stage crowd movie movies screen television circus carnival ferris wheel wheels tire gasoline oil "
    "diesel motor harbor harbour pier dock docks boat boats ferry lighthouse beach sand island bay fog rain storm "
    "thunder lightning weather october november september july monday tuesday wednesday thursday friday saturday "
    "sunday hotel motel bar diner restaurant market store shop bakery barber butcher factory office school church "
    "hospital doctor nurse teacher sailor driver waitress stranger strangers neighbor neighbors brother sister uncle "
    "aunt father mother mailman postman policeman fireman farmer tailor gambler dancer dealer preacher clown dog dogs "
    "cat cats horse crow crows sparrow pigeon pigeons spider moth moths wolf apple apples orange oranges lemon cherry "
    "honey bread butter salt pepper knife spoon needle thread thimble hammer nail nails ladder bucket rope wire "
    "copper iron steel rust diamond paint blue red yellow green purple scarlet violet plastic rubber cotton leather "
    "denim money dollar dollars dime nickel penny pennies debt rent job wages luck cards dice king's jack ace kite "
    "balloon umbrella newspaper headline magazine book books page pages ink pencil map compass flashlight elevator "
    "escalator subway taxi bicycle airplane rocket satellite electric electricity whisper telephone's alarm siren "
    "sirens traffic parking meter crosswalk graffiti laundry soap bathtub faucet sink stove oven kettle toast"
)
"""Things of today's life that a song can show: drafts are biased towards them."""

SCENERY = _words(
    "sun sunlight sunset sunshine moon moonlight star stars light lights sky skies wind winds breeze breezes snow dew "
    "rose roses flower flowers bloom blossom blossoms summer spring golden silver shine shines shining gleam gleaming "
    "glow glowing bright dream dreams shadow shadows sea wave waves wood woods green leaf leaves bird birds morn dawn "
    "twilight"
)
"""The usual scenery of old verse: welcome, but not in every line."""

SHORT = _words(
    "a i am an as at be by do go he if in is it me my no of oh on or so to up us we all and any are ask but can day "
    "did end eve far few for get got had has her him his how its let lie may men met new not now off old one our out "
    "own pen put ran red run sat saw say see set she sit six sky sun ten the too two use was way who why yes you bus "
    "pus push hit hot"
)
"""Common words of up to three letters. When such words meet by chance, they are not checked as a disguised word."""

SMALL = _words("a i am an as at be by do go he hi if in is it me my no of oh on or so to up us we ax ox pa ma")
"""The only words of one or two letters that count as words."""

CAPITALS = _words(
    "i i'm i'll i'd i've monday tuesday wednesday thursday friday saturday sunday january february april june july "
    "august september october november december christmas easter america england london paris god lord jesus christ"
)
"""Words that are always capitalised."""

TITLES = _words(
    "mr mrs miss ms mx dr doctor sir madam lady lord king queen prince princess captain sergeant saint st uncle aunt "
    "auntie granny grandpa nurse father mother sister brother professor judge coach chef"
)
"""Titles, which precede a person's name."""

PLACES = _words(
    "aberdeen bergen buffalo cadiz calais cork dover dundee galway genoa ghent hull inverness leith naples paso "
    "penzance riga rotterdam salem tangier toledo tucson turin fe "
    "street road avenue lane square bay lake river bridge hill hills harbour harbor beach island islands park station "
    "city town village county valley creek falls pier quay heath market row terrace mountain coast road junction "
    "london paris rome berlin vienna madrid lisbon dublin belfast cardiff glasgow leeds liverpool manchester bristol "
    "york oslo stockholm helsinki copenhagen reykjavik warsaw prague budapest athens istanbul cairo tunis algiers "
    "casablanca lagos accra dakar nairobi kampala mombasa johannesburg durban mumbai delhi kolkata chennai karachi "
    "lahore dhaka bangkok hanoi manila jakarta singapore tokyo osaka kyoto seoul beijing shanghai sydney melbourne "
    "perth auckland toronto montreal vancouver quebec halifax winnipeg boston chicago detroit denver dallas austin "
    "memphis nashville houston phoenix seattle portland philadelphia baltimore atlanta miami vegas reno laredo tulsa "
    "havana kingston lima quito bogota santiago rio caracas mexico america africa asia europe england scotland wales "
    "ireland france spain italy germany norway sweden canada texas alaska ohio kansas nevada utah iowa maine georgia "
    "carolina virginia dakota tennessee kentucky alabama mississippi louisiana arizona california oregon montana"
)
"""Last words that mark a name as a place's."""

DESCRIBING = _words(
    "able alive alone asleep awake aware bad bare bitter black bland bleak blind blue blunt bold brave brief bright "
    "brown busy calm cheap clean clear clever cool coy crude cruel damp dear deep dense dim dire dry due dull eager "
    "early empty equal evil faint fair false far fat few fierce fine firm first flat fond foul frail free fresh full "
    "funny glad good grand grave great green grey grim grown happy hard harsh heavy high hoarse hot huge hungry ill "
    "keen kind lame large last late lazy lean lit little lone lonely long loose lost loud lovely low loyal mad main "
    "mean meek mere mild moonlit mute naked narrow near neat new next nice numb odd old other pale plain pleased poor "
    "proud pure quick quiet rare raw ready real red rich ripe rough rude sad safe same scarce second severe shallow "
    "sharp sheer short shy sick silent simple slack slender slick slim slow sly small smart smooth snug sober soft "
    "sole sore sour spare stale stark steep stern stiff still strange strict strong sunlit sure sweet swift tall tame "
    "thick thin third tight tiny tired torn tough true ugly vague vain vast warm weak weary wet white whole wicked "
    "wide wise worn worse worst worth wrong yellow young"
)
"""Words that mostly describe: after "a", "the" or "of" something has to follow them."""

STOCK_ENDS = _words(
    "sea shore bay night moonlight moonlit moon sun sunlight sky day way bed head hair door floor light war gold king "
    "done died dead end world hand sand tree it there one two three four five six seven eight nine ten"
)
"""What a small model's rhymes end on where nothing better occurs to it."""
