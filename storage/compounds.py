"""German compounds and their parts, by a list of words that news compounds are made of. Pure.

All words are stems as `storage.stems` has them: without endings, umlauts and ß ("Krise" is `kris`, "Hafen" `haf`).
"""

from collections.abc import Callable

# What may end a compound after whatever word: Ukraine-krieg, Gaza-streifen.
_HEADS_TEXT = """
abend abfall abgab abgas abgeordnet abhang abitur abkomm abriss absatz abschieb abschluss abstimm absturz abteil
abwehr abzug affar agentur aktionar alarm allianz analys anbiet ander anfang angebot angriff anhang anklag
ankund anlag anleg anleih anschlag ansprach anstieg anteil antisemitismus antrag anwalt anwaltschaft anwend
anwohn appell arbeit arbeitgeb arbeitnehm architekt arztin astronaut attentat aufbereit aufgab auflag aufnahm
aufruf aufsicht aufstand auftakt aufzug ausbau ausbild ausblick ausfall ausgab ausgleich ausrust aussag
ausschuss aussenpolit ausstatt ausstell ausweis auszahl autobahn autor bahn bahnhof bank basis batteri bauarbeit
baustell bauwerk befreiung begehr beginn begrabnis behalt behandl behord beitrag bekampf bekleid belast benzin
berat bereich bericht beruf besatz bescheid beschluss beschwerd besitz besuch betreib betreu betrieb betrug
bevolker beweg bewohn bezieh bezirk bilanz bildung bischof blockad bonus boot bors botschaft branch brand brems
brief bruch bruck budg bundesland bundestag bundnis burgermeist chaos chef chefin chemi comput crash debakel
debatt deckel delikt demonstration denkmal desast detektiv dialog diebstahl dienstleist diesel diktator diktatur
diplomat diplomati direktor diskussion dossi drama drohn drohung eigentum einblick einbruch einkomm einnahm
einsatz einwohn embargo emission energi engpass entdeck entfuhr entlast entscheid entsorg entwickl entwurf
entzug epidemi epoch erbschaft erdbeb erfind ergebnis erhoh erklar erlass erlaubnis ermittl eroffn erpress
ersatz ersparnis erzeug erzieh eskalation europameist europameisterschaft expert explosion export extremismus
extremist fabrik fahndung fahrplan fahrrad fahrzeug famili fassad feier feiertag feind feldzug fenst festival
festnahm feuerwehr filial film final firma fisch fleisch flieg fluchtling flugel flughaf flugzeug fluss forder
forsch forschung forum fraktion fregatt freund freundin fried front fruhling fuhrung fusion fussball galeri
gebaud gebirg gebuhr gedenk gefahr gefall gefangnis gefecht gehalt geheimdien gehirn geisel geland geld gelenk
gemeind gemeinschaft gemus genehm general gerat gericht geschaft geschicht gesellschaft gesetz gesprach gesund
getreid gewalt gewerkschaft gewinn gewitt gipfel gletsch gold gremium grenz grenzwert grundstuck gurtel
halbfinal halbleit haltestell handel handl handwerk handy hauptmann hauptstadt haushalt havari hebel heizung
herstell hilf hinweis hochschul hochwass holz hormon hotel hotlin hubschraub hund immobili impfstoff impfung
import index industri infektion inflation ingenieur inhab initiativ innenpolit innovation insel insolvenz
inspektor institut integration internet interview invasion investition investor jahrestag journalist jubilaum
jugend kabinett kampagn kampf kampfjet kandidat kandidatin kanton kanzl kapitan karikatur kasern katastroph katz
kelln kind kindergart kino kirch klass kleidung klima klinik klost kluft knappheit knoch koalition kollision
kolumn kommentar kommissar kommissarin kommission konferenz konflikt kongress konig konigin konkur konto
kontroll konzept konzert kooperation korruption kost kraft kraftwerk krankenhaus krankheit kredit kreuz krieg
kris kritik kultur kundgeb kunst kunstl kunststoff kurzung labor lager landtag landung landwirt landwirtschaft
lastwag lawin lebensmittel legend leich leitung liefer lieferant lieferkett liga literatur lizenz locker lohn
losung luft mafia magazin mandat mangel mannschaft manov markt maschin massnahm material matura medaill
medikament medizin mehrheit meist meisterschaft meldung metall metropol metzg migrant migration milch militar
miliz milliard million minist ministerium minut missbrauch mitarbeit mitglied mobel monat mord motor motorrad
munition museum musik muskel nachbar nachfolg nachfrag nachricht nacht nachzahl nation nationalrat natur netz
neubau niederlag niveau notfall novell nutzung offensiv offizi offnung okkupation oktoberf oper operation
opposition ordnung organ pandemi panik papst park parlament partei parteitag partn partnerschaft passagi patent
patient pendl pension period personal petition pferd pflanz pfleg pflicht pharma photovolta pilot pipelin plan
planet planung plastik plattform platz pleit podcast pokal polit polizei polizist portrat prami prasident
prasidentin preis preistrag press priest prinz prinzessin probl produkt produktion prognos programm programmi
projekt protein protokoll provinz prozess prufung publikum putsch quot radfahr radweg rassismus ratschlag rauch
raumung reaktor rebell rechnung redaktion referendum reform regel regier regim region rekord religion renovier
rentn reservist resolution restaurant rettung rettungskraft revolution rezession richt richtlini risiko robot
rohstoff roman ruckblick ruckerober ruckgang ruckkehr rucktritt ruckzahl ruckzug saison sanier sanktion satellit
schiesserei schiff schirm schlacht schlag schliessung schluss schmuck schnee schriftstell schuh schul schuld
schuss schutz schwell sektor senat sendung senior senkung servic sieg sitzung skandal softwar solar soldat soldn
spaltung spannung sparkass speich spend sperr sperrung spiel spionag spiral spital spitz sport sportl staat
staatsanwalt staatsanwaltschaft stadion stadt stahl stamm start startup station statist stellungnahm stiftung
stillstand stoff storung straf straftat strass strategi streck streif streik streit strom stromung student studi
studium stuhl stund sturm stutzpunkt sucht suchtig tagung tankstell team technik technologi teilnehm telefon
tennis terror terrorismus terrorist theat thema therapi ticket tisch tourismus tourist tragodi train transport
treff trend trepp tribunal trink trupp tunnel turni uberblick ubernahm uberschwemm ubung umbau umfrag
umfragewert umsatz umwelt unfall ungluck union universitat unternehm unterricht unterstutz untersuch unwett
urlaub ursach urteil verarbeit verband verbot verbrauch verbrech verein vereinbar verfahr vergleich verhandl
verkauf verkehr verlag verlanger verletzt verlust vermiet vermisst vermittl vermog verordn versamml verscharf
verschieb verschmutz versicher versorg verspat versuch verteid verteil vertrag verwalt verwend video viertel
virus vogel volksabstimm vorfall vormarsch vorrat vorschlag vorschrift vorsitz vorstand vulkan wachstum waff
waffenruh waffenstillstand wahl wahltag wald wandel warnung wasserstoff weihnacht weltmeist weltmeisterschaft
weltraum werbung werktag werkzeug windrad wirkung wirtschaft wissenschaft wissenschaftl wohnung zahl zahlung
zeitschrift zeitung zentral zentrum zeugnis zoll zukunft zulass zulief zusammenarbeit zusammenstoss zuschau
zuschuss
"""
_HEADS = frozenset(_HEADS_TEXT.split())
# What is a part of a compound only beside another part that is known: Landes-rat, but not Appa-rat.
_LASTS_TEXT = """
adel afrika agrar akti aktion alkohol altstadt amerika amt angel angst antarktis apfel arbeitslos arbeitsmarkt
arktis arme armut arzt asyl atlant atom auto bach bagg balkan band basel basketball bau baum beck behindert berg
berlin bern bett bien bier bild birn blind blut bomb boom brandenburg breit brem brot brud brunn buch buhn bund
bundesliga burg burgenland bus buss cannabis cent champion china chip clan corona covid dach dat deck dicht
donau dorf dreiviertel drog druck durr durst einwander england enkel ernt euro europa fach fahr feinstaub feld
fernseh fest flach flucht flug flut folg fond formel forst foto fracht frag frankreich frau freud frost fruhjahr
fruhstuck fuhr fund funk fuss garag gart gas gast gaza geburt gedank gefuhl gegn genf getrank gewiss glas
glatteis gleich gluck graz gripp grund grundwehr gummi haf haft hagel hall hamburg hand handball haschisch hass
haus haut heer heiz held heroin herz hess himmel hirn hitz hochzeit hockey hof huhn hung hutt indi innenstadt
insekt intensiv invalid irak iran isral itali jagd jahr jahrhundert jahrtaus japan justiz kaffe kais kamera kamm
karnt kart kartoffel kass kauf kell kern kett klag klett kohl kokain konjunktur konz kopf korea kran kreb kreis
kriminal kuch kuhl kund kust lag land larm lauf laut leichtathlet leistung licht lieb lief lift lini linz lkw
lockdown luch luck mahl main mann marathon mark mask mass medi meer mess mission mitt mittag mittelme mond
mosche mull mutt nachkrieg nahost nato nebel nerv neujahr nier nobel nordse not nudel obdachlos obst olympia
onkel opern opf ort oscar ostse paar pann panz papi parad pass pazif pfing pist post prob prot punkt quarantan
quell rad radio rand rat raub raum reis renn rhein rind ring rundfunk russland sachs salz salzburg sang satz
saul schaf schlag schmutz schokolad schrift schwein schweiz schwest schwimm see seil send seri sexual signal
silb silv sofa sohn somm sonn sorg spani speis sprach stand star staub steiermark stein stell sterb stern steu
still stimm strand streif stress strich synagog syri tabak tal tank tant tanz tarif tat tausch teich teil test
text thuring tick tier tipp tirol titel tocht tod tomat tor tort trag traum traumata trost turkei turm ufer uhr
ukrain ungarn ungleich verfass viertelfinal volk vor vorarlberg vorkrieg wach wahnsinn wand warn wass weg wehr
wein well welt wert wien wies wind wint wiss woch wolf woll wort wurst wut zaun zeit zell ziel zigarett zimm zin
zuck zug zurich zustell zuwander
"""
_LASTS = frozenset(_LASTS_TEXT.split())
# What only begins compounds: Alt-stadt, Wohn-raum.
_FIRSTS_TEXT = """
aid all alp alt ara arm asi atomar aug auss aussen bad bar bay bib bio blau bod bohr bot box braun brenn cyb deutsch
digital dna dom doppel dritt ehe eig einzel eis elb elektro elt end erb erd erst extra fan fern feu finanz find
frei fremd fruh ganz geheim gelb gen gesamt global gross grun gut hal halb hart haupt heiss hoch hoh hor ide
impf inn international jag jung kalt kas kenn klein koch krank kuh kur kurz lad lang langsam las leb led leer
lehr leicht leih leit lern les letzt link lok lokal mas mau maxi mega mehr miet mind mini mittel mobil mod mut
nah nass national neb neu nord nuklear nutz ober off offent oko onlin ost osterreich pak pol privat rak recht
red reg regional reich rent ries rot ruh rund rust saub schau schlaf schlecht schlimm schnell schon schreib
schwach schwarz schwer seh seit selb sich sing ski sond sozial spar spat spezial staatlich stark such sud sup
tag tee tief ton tot total trock tur uni uno vat viert virtull viz voll warm web weich weiss west wohn zeig
zivil zweit
"""
_FIRSTS = frozenset(_FIRSTS_TEXT.split())
# What stands before a word without making a compound of it: Wider-stand, zusammen-stellen.
_PREFIXES_TEXT = """
anti auf auseinander daran dazu durch einander empor entgegen fort gegen gegenuber geradeaus heran heraus
herbei herein herum herunter hervor hinauf hinaus hindurch hinein hinter hinunter hinweg hyper inter kontra miss
mit nach neben nieder post pseudo ruck super trans uber uberein ultra unter vor voran voraus vorbei vorher weiter
wider wieder zurecht zuruck zusammen zwischen
"""
_PREFIXES = frozenset(_PREFIXES_TEXT.split())
# One word by now, whatever it was made of.
_WHOLE_TEXT = """
alltag antwort ausland auslander brandenburg burgenland burgermeist deutschland dienstag donnerstag england estland
feuerland finnland freitag griechenland gronland hochzeit holland medizin mittwoch montag ratschlag redaktion
salzburg samstag sonnabend sonntag
inland irland island jahrhundert jahrtausend lappland lettland neuseeland niederland polarland rheinland russland
saarland schottland thailand vaterland vogtland wahlkreis werkzeug
"""
_WHOLE = frozenset(_WHOLE_TEXT.split())
_LEAST = 3  # letters of a part
_LEAST_STRANGER = 4  # letters of a part that is not in the lists
_VOWELS = frozenset("aeiouy")


def parts(word: str, stem: Callable[[str], str]) -> set[str]:
    """The stems of all that a compound is made of; none for what is none. `word` is a stem, `stem` makes them.

    >>> sorted(parts("klimaschutzgesetz", lambda word: word)), parts("apparat", lambda word: word)
    (['gesetz', 'klima', 'klimaschutz', 'schutz', 'schutzgesetz'], set())
    """
    ends = [*_seams(word, stem), len(word)]
    pieces = ((begin, end) for n, begin in enumerate([0, *ends[:-1]]) for end in ends[n:] if end - begin < len(word))
    return {word[begin:] if end == len(word) else stem(word[begin:end]) for begin, end in pieces}


def _seams(word: str, stem: Callable[[str], str]) -> list[int]:
    """Where parts of a compound meet."""
    at = None if word in _WHOLE else _cut(word)
    if at is None or word[:at] in _PREFIXES:
        return []
    before, head = word[:at], word[at:]
    rest = stem(before)
    within = _seams(rest, stem)
    is_compound = within or _is_one(rest) or (head in _HEADS and _may_be_word(before) and not _is_one(word))
    return [*within, at] if is_compound else []


def _cut(word: str) -> int | None:
    """Where the longest known word begins that ends this one: it decides, whether it is a part of a compound or not."""
    places = range(_LEAST, len(word) - _LEAST + 1)
    return next((at for at in places if word[at:] in _HEADS or word[at:] in _LASTS), None)


def _is_one(word: str) -> bool:
    return any(word in each for each in (_HEADS, _LASTS, _FIRSTS, _WHOLE))


def _may_be_word(text: str) -> bool:
    return len(text) >= _LEAST_STRANGER and not _VOWELS.isdisjoint(text)
