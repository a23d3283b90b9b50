"""The names of months and weekdays in the languages of publishers. Tables only: what a name means, not where it stands.

Names are compared folded: lower case, without accents and dots. Each row has twelve (or seven, from Monday) groups;
`/` parts the forms of one name. A name that means different months to different languages (`listopad` is October in
Croatian and November in Czech) keeps all its meanings; whoever reads the date settles it, or nobody does.
"""

import unicodedata
from collections.abc import Iterator

_MONTHS = {
    "en": "january/jan february/feb march/mar april/apr may june/jun july/jul august/aug "
    "september/sept/sep october/oct november/nov december/dec",
    "de": "januar/jänner/jaenner/jan/jän februar/feber/feb/febr märz/maerz/mär/mrz/maer april/apr mai juni/jun "
    "juli/jul august/aug september/sept/sep oktober/okt november/nov dezember/dez",
    "fr": "janvier/janv/jan février/févr/fév mars/mar avril/avr mai juin juillet/juil/juill août/aou/aoû "
    "septembre/sept/sep octobre/oct novembre/nov décembre/déc",
    "it": "gennaio/gen/genn febbraio/feb/febbr marzo/mar aprile/apr maggio/mag/magg giugno/giu luglio/lug "
    "agosto/ago settembre/set/sett ottobre/ott novembre/nov dicembre/dic",
    "es": "enero/ene febrero/feb marzo/mar abril/abr mayo/may junio/jun julio/jul agosto/ago "
    "septiembre/setiembre/sept/sep/set octubre/oct noviembre/nov diciembre/dic",
    "pt": "janeiro/jan fevereiro/fev março/mar abril/abr maio/mai junho/jun julho/jul agosto/ago "
    "setembro/set outubro/out novembro/nov dezembro/dez",
    "ca": "gener/gen febrer/febr/feb març/mar abril/abr maig juny/jun juliol/jul agost/ag "
    "setembre/set octubre/oct novembre/nov desembre/des",
    "gl": "xaneiro/xan febreiro/feb marzo/mar abril/abr maio/mai xuño/xuñ xullo/xul agosto/ago "
    "setembro/set outubro/out novembro/nov decembro/dec",
    "nl": "januari/jan februari/feb/febr maart/mrt/mar april/apr mei juni/jun juli/jul augustus/aug "
    "september/sept/sep oktober/okt november/nov december/dec",
    "da": "januar/jan februar/feb marts/mar april/apr maj juni/jun juli/jul august/aug "
    "september/sep/sept oktober/okt november/nov december/dec",
    "sv": "januari/jan februari/feb/febr mars/mar april/apr maj juni/jun juli/jul augusti/aug "
    "september/sep/sept oktober/okt november/nov december/dec",
    "no": "januar/jan februar/feb mars/mar april/apr mai juni/jun juli/jul august/aug "
    "september/sep/sept oktober/okt november/nov desember/des",
    "is": "janúar/jan febrúar/feb mars/mar apríl/apr maí júní/jún júlí/júl ágúst/ágú "
    "september/sep/sept október/okt nóvember/nóv desember/des",
    "fi": "tammikuu/tammikuuta/tammi helmikuu/helmikuuta/helmi maaliskuu/maaliskuuta/maalis huhtikuu/huhtikuuta/huhti "
    "toukokuu/toukokuuta/touko kesäkuu/kesäkuuta/kesä heinäkuu/heinäkuuta/heinä elokuu/elokuuta/elo "
    "syyskuu/syyskuuta/syys lokakuu/lokakuuta/loka marraskuu/marraskuuta/marras joulukuu/joulukuuta/joulu",
    "et": "jaanuar/jaan veebruar/veebr märts aprill/apr mai juuni juuli august/aug "
    "september/sept oktoober/okt november/nov detsember/dets",
    "lv": "janvāris/janvārī/janv februāris/februārī/febr marts/martā aprīlis/aprīlī/apr maijs/maijā jūnijs/jūnijā/jūn "
    "jūlijs/jūlijā/jūl augusts/augustā/aug septembris/septembrī/sept oktobris/oktobrī/okt novembris/novembrī/nov "
    "decembris/decembrī/dec",
    "lt": "sausis/sausio vasaris/vasario kovas/kovo balandis/balandžio gegužė/gegužės birželis/birželio liepa/liepos "
    "rugpjūtis/rugpjūčio rugsėjis/rugsėjo spalis/spalio lapkritis/lapkričio gruodis/gruodžio",
    "pl": "styczeń/stycznia/sty luty/lutego/lut marzec/marca/mar kwiecień/kwietnia/kwi maj/maja czerwiec/czerwca/cze "
    "lipiec/lipca/lip sierpień/sierpnia/sie wrzesień/września/wrz październik/października/paź/paz "
    "listopad/listopada/lis grudzień/grudnia/gru",
    "cs": "leden/ledna/led únor/února/úno březen/března/bře duben/dubna/dub květen/května/kvě "
    "červen/června/čvn červenec/července/čvc srpen/srpna/srp září/zář říjen/října/říj "
    "listopad/listopadu/lis prosinec/prosince/pro",
    "sk": "január/januára/jan február/februára/feb marec/marca/mar apríl/apríla/apr máj/mája jún/júna júl/júla "
    "august/augusta/aug september/septembra/sep október/októbra/okt november/novembra/nov december/decembra/dec",
    "sl": "januar/januarja/jan februar/februarja/feb marec/marca/mar april/aprila/apr maj/maja junij/junija/jun "
    "julij/julija/jul avgust/avgusta/avg september/septembra/sep oktober/oktobra/okt november/novembra/nov "
    "december/decembra/dec",
    "hr": "siječanj/siječnja/sij veljača/veljače/velj/vel ožujak/ožujka/ožu travanj/travnja/tra svibanj/svibnja/svi "
    "lipanj/lipnja/lip srpanj/srpnja/srp kolovoz/kolovoza/kol rujan/rujna/ruj listopad/listopada/lis "
    "studeni/studenoga/studenog/stu prosinac/prosinca/pro",
    "sr": "januar/januara/jan/јануар/јануара/јан februar/februara/feb/фебруар/фебруара/феб "
    "mart/marta/mar/март/марта/мар april/aprila/apr/април/априла/апр maj/maja/мај/маја "
    "jun/juni/juna/јун/јуна jul/juli/jula/јул/јула "
    "avgust/avgusta/avg/август/августа/авг septembar/septembra/sep/sept/септембар/септембра/сеп "
    "oktobar/oktobra/okt/октобар/октобра/окт novembar/novembra/nov/новембар/новембра/нов "
    "decembar/decembra/dec/децембар/децембра/дец",
    "hu": "január/januári/jan február/februári/febr/feb március/márciusi/márc április/áprilisi/ápr május/májusi/máj "
    "június/júniusi/jún július/júliusi/júl augusztus/augusztusi/aug szeptember/szeptemberi/szept "
    "október/októberi/okt november/novemberi/nov december/decemberi/dec",
    "ro": "ianuarie/ian februarie/feb martie/mar aprilie/apr mai iunie/iun iulie/iul august/aug "
    "septembrie/sept/sep octombrie/oct noiembrie/noi/nov decembrie/dec",
    "sq": "janar/jan shkurt/shk mars/mar prill/pri maj qershor/qer korrik/kor gusht/gus shtator/sht tetor/tet "
    "nëntor/nën dhjetor/dhj",
    "tr": "ocak/oca şubat/şub mart/mar nisan/nis mayıs/may haziran/haz temmuz/tem ağustos/ağu eylül/eyl ekim/eki "
    "kasım/kas aralık/ara",
    "el": "ιανουάριος/ιανουαρίου/ιαν φεβρουάριος/φεβρουαρίου/φεβ μάρτιος/μαρτίου/μαρ/μαώ απρίλιος/απριλίου/απρ "
    "μάιος/μαΐου/μαι ιούνιος/ιουνίου/ιουν/ιον ιούλιος/ιουλίου/ιουλ/ιολ αύγουστος/αυγούστου/αυγ "
    "σεπτέμβριος/σεπτεμβρίου/σεπ/σεπτ οκτώβριος/οκτωβρίου/οκτ νοέμβριος/νοεμβρίου/νοε δεκέμβριος/δεκεμβρίου/δεκ",
    "ru": "январь/января/янв февраль/февраля/фев/февр март/марта/мар апрель/апреля/апр май/мая июнь/июня/июн "
    "июль/июля/июл август/августа/авг сентябрь/сентября/сен/сент октябрь/октября/окт ноябрь/ноября/ноя/нояб "
    "декабрь/декабря/дек",
    "uk": "січень/січня/січ лютий/лютого/лют березень/березня/бер квітень/квітня/кві/квіт травень/травня/тра/трав "
    "червень/червня/чер/черв липень/липня/лип серпень/серпня/сер/серп вересень/вересня/вер жовтень/жовтня/жов/жовт "
    "листопад/листопада/лис/лист грудень/грудня/гру/груд",
    "be": "студзень/студзеня люты/лютага сакавік/сакавіка красавік/красавіка май/мая/травень чэрвень/чэрвеня "
    "ліпень/ліпеня жнівень/жніўня верасень/верасня кастрычнік/кастрычніка лістапад/лістапада снежань/снежня",
    "bg": "януари/ян февруари/фев март/мар април/апр май юни/юн юли/юл август/авг септември/сеп/септ "
    "октомври/окт ноември/ное декември/дек",
    "mk": "јануари/јан февруари/фев март/мар април/апр мај јуни/јун јули/јул август/авг септември/сеп/септ "
    "октомври/окт ноември/ное/ноем декември/дек",
    "id": "januari/jan februari/feb maret/mar april/apr mei juni/jun juli/jul agustus/agu/agt september/sep "
    "oktober/okt november/nov desember/des",
    "ms": "januari/jan februari/feb mac april/apr mei jun julai/jul ogos/ogo september/sep oktober/okt november/nov "
    "disember/dis",
    "ar": "يناير/جانفي فبراير/فيفري/شباط مارس/آذار أبريل/ابريل/أفريل/نيسان مايو/ماي/أيار يونيو/يونيه/جوان/حزيران "
    "يوليو/يوليه/جويلية/تموز أغسطس/اغسطس/أوت/آب سبتمبر/أيلول أكتوبر/اكتوبر نوفمبر ديسمبر",
    "he": "ינואר/בינואר פברואר/בפברואר מרץ/מרס/במרץ אפריל/באפריל מאי/במאי יוני/ביוני יולי/ביולי אוגוסט/באוגוסט "
    "ספטמבר/בספטמבר אוקטובר/באוקטובר נובמבר/בנובמבר דצמבר/בדצמבר",
}

_WEEKDAYS = {
    "en": "monday/mon tuesday/tue/tues wednesday/wed/weds thursday/thu/thur/thurs friday/fri saturday/sat sunday/sun",
    "de": "montag/mo/mon dienstag/di/die mittwoch/mi/mit donnerstag/do/don freitag/fr/fre "
    "samstag/sonnabend/sa/sam sonntag/so/son",
    "fr": "lundi/lun mardi/mar mercredi/mer jeudi/jeu vendredi/ven samedi/sam dimanche/dim",
    "it": "lunedì/lun martedì/mar mercoledì/mer giovedì/gio venerdì/ven sabato/sab domenica/dom",
    "es": "lunes/lun martes/mar miércoles/mié/mier jueves/jue viernes/vie sábado/sáb domingo/dom",
    "pt": "segunda-feira/segunda/seg terça-feira/terça/ter quarta-feira/quarta/qua quinta-feira/quinta/qui "
    "sexta-feira/sexta/sex sábado/sáb domingo/dom",
    "ca": "dilluns/dl dimarts/dt dimecres/dc dijous/dj divendres/dv dissabte/ds diumenge/dg",
    "nl": "maandag/ma dinsdag/di woensdag/wo donderdag/do vrijdag/vr zaterdag/za zondag/zo",
    "da": "mandag/man/ma tirsdag/tir/tirs/ti onsdag/ons/on torsdag/tor/tors/to fredag/fre/fr lørdag/lør/lørs/lø "
    "søndag/søn/sø",
    "sv": "måndag/mån tisdag/tis/tisd onsdag/ons torsdag/tors/tor fredag/fre lördag/lör söndag/sön",
    "is": "mánudagur/mán þriðjudagur/þri miðvikudagur/mið fimmtudagur/fim föstudagur/fös laugardagur/lau "
    "sunnudagur/sun",
    "fi": "maanantai/maanantaina/ma tiistai/tiistaina/ti keskiviikko/keskiviikkona/ke torstai/torstaina/to "
    "perjantai/perjantaina/pe lauantai/lauantaina/la sunnuntai/sunnuntaina/su",
    "et": "esmaspäev teisipäev kolmapäev neljapäev reede laupäev pühapäev",
    "lv": "pirmdiena otrdiena trešdiena ceturtdiena piektdiena sestdiena svētdiena",
    "lt": "pirmadienis antradienis trečiadienis ketvirtadienis penktadienis šeštadienis sekmadienis",
    "pl": "poniedziałek/pon/pn wtorek/wto/wt środa/śro/śr czwartek/czw/cz piątek/pią/pt sobota/sob/so "
    "niedziela/nie/niedz/nd",
    "cs": "pondělí/po úterý/út středa/st čtvrtek/čt pátek/pá sobota/so neděle/ne",
    "sk": "pondelok/po utorok/ut streda/st štvrtok/št piatok/pi sobota/so nedeľa/ne",
    "sl": "ponedeljek/pon torek/tor sreda/sre četrtek/čet petek/pet sobota/sob nedelja/ned",
    "hr": "ponedjeljak/pon utorak/uto srijeda/sri četvrtak/čet petak/pet subota/sub nedjelja/ned",
    "sr": "ponedeljak/pon/понедељак/пон utorak/uto/уторак/уто sreda/sre/среда/сре četvrtak/čet/четвртак/чет "
    "petak/pet/петак/пет subota/sub/субота/суб nedelja/ned/недеља/нед",
    "hu": "hétfő kedd szerda/sze csütörtök/csüt péntek/pén szombat/szo vasárnap/vas",
    "ro": "luni/lun marți/mar miercuri/mie joi vineri/vin sâmbătă/sâm duminică/dum",
    "sq": "hënë martë mërkurë enjte premte shtunë diel",
    "tr": "pazartesi/pzt salı/sal çarşamba/çar/çrş perşembe/per/prş cuma/cum cumartesi/cmt/cts pazar/paz",
    "el": "δευτέρα/δευ τρίτη/τρι τετάρτη/τετ πέμπτη/πεμ παρασκευή/παρ σάββατο/σαβ κυριακή/κυρ",
    "ru": "понедельник/пн/пнд вторник/вт/втр среда/ср/срд четверг/чт/чтв пятница/пт/птн суббота/сб/суб "
    "воскресенье/вс/вск",
    "uk": "понеділок/пн вівторок/вт середа/ср четвер/чт пʼятниця/п'ятниця/пт субота/сб неділя/нд",
    "bg": "понеделник/пн/пон вторник/вт/вто сряда/ср/сря четвъртък/чт/чет петък/пт/пет събота/сб/съб неделя/нд/нед",
    "id": "senin/sen selasa/sel rabu/rab kamis/kam jumat/jum sabtu/sab minggu/min",
    "ar": "الاثنين/الإثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
    "ja": "月曜日/月曜 火曜日/火曜 水曜日/水曜 木曜日/木曜 金曜日/金曜 土曜日/土曜 日曜日/日曜",
    "zh": "星期一/周一 星期二/周二 星期三/周三 星期四/周四 星期五/周五 星期六/周六 星期日/星期天/周日",
    "ko": "월요일 화요일 수요일 목요일 금요일 토요일 일요일",
}

_ROMAN = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"]


def folded(word: str) -> str:
    """A name as the tables compare it: lower case, accents off, the Turkish dotless i as i.

    >>> folded("JÄNNER"), folded("Août"), folded("Kasım")
    ('janner', 'aout', 'kasim')
    """
    if word.isascii():
        return word.lower()
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part)).replace("ı", "i")


def _meanings(table: dict[str, str]) -> Iterator[tuple[str, str, int]]:
    for language, row in table.items():
        for place, forms in enumerate(row.split()):
            for form in forms.split("/"):
                yield folded(form), language, place


def _by_name(table: dict[str, str]) -> dict[str, dict[int, frozenset[str]]]:
    names: dict[str, dict[int, frozenset[str]]] = {}
    for name, language, place in _meanings(table):
        places = names.setdefault(name, {})
        places[place] = places.get(place, frozenset()) | {language}
    return names


# name -> month (1..12) -> the languages in which it is that month
MONTHS = {
    name: {place + 1: languages for place, languages in places.items()} for name, places in _by_name(_MONTHS).items()
}
# name -> the weekdays (Monday is 0) that it may mean
WEEKDAYS = {name: frozenset(places) for name, places in _by_name(_WEEKDAYS).items()}
ENGLISH_MONTHS = [group.split("/")[0] for group in _MONTHS["en"].split()]
ROMAN = {numeral: month for month, numeral in enumerate(_ROMAN, 1)}


def _words(text: str) -> frozenset[str]:
    return frozenset(folded(word) for word in text.split())


# Words that stand beside a date and change nothing: "am 24. Juli", "24 de julio", "às 10h", "14:05 Uhr", "2025 г."
# Those that are a weekday elsewhere ("do", "on", "to") stand here too: so short a word is no evidence.
LINKS = _words(
    "a à al alle am as at av d da das de dei del den der di dia die dem dne dnia do du e el em en et godz il in kl klo "
    "la las le los o ob of om on op ora ore os o'clock saat the to u um v ve vom в о об ο στις"
)
SUFFIXES = _words("g god godine h horas hora hours hr hrs hs r rok roku uhr ur uur ч час г год году года р року жыл")
# What may stand before a date and make it another one.
OTHERWISE = _words(
    "ab about after around before bis by circa deadline due end ends expires expiry from midday midnight mittag "
    "mitternacht morgen nach noon since seit start starts today tomorrow until valid vor yesterday"
)

# name -> half of the day, and the language outside which it means something else ("de" is "of" in Spanish)
HALVES = {
    **dict.fromkeys(_words("am 오전 午前 上午 πμ öö"), ("am", "")),
    **dict.fromkeys(_words("pm 오후 午後 下午 μμ ös"), ("pm", "")),
    **dict.fromkeys(["de"], ("am", "hu")),
    **dict.fromkeys(["du"], ("pm", "hu")),
    **dict.fromkeys(["fm"], ("am", "sv")),
    **dict.fromkeys(["em"], ("pm", "sv")),
}
