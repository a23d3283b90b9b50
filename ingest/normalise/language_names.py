"""The codes of languages and regions, and the names and mistakes that publishers write for them. Tables only."""


def _codes(table: str) -> frozenset[str]:
    return frozenset(table.split())


def _to_code(table: str) -> dict[str, str]:
    rows = (row.split(":") for row in table.split())
    return {form: code for code, forms in rows for form in forms.split(",")}


# ISO 639-1, and those of ISO 639-3 in which outlets publish.
LANGUAGES = _codes(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el
    en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu
    ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na
    nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so
    sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu arz
    ast bar bcl ceb ckb cnr csb dsb fil frr fur gsw haw hif hsb ilo kab kmr lad lld mai nan nds pap pcm pms prs rup
    scn sco szl tet tpi vec war yue
    """
)

# ISO 3166-1, Kosovo's code and the Union's.
REGIONS = _codes(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ CA
    CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET EU FI FJ FK FM FO
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
    """
)

# ISO 639-2, codes of both kinds, where ISO 639-1 has a shorter one (RFC 5646 section 2.2.1 asks for that).
THREE_LETTERS = _to_code(
    """
    de:ger,deu en:eng fr:fre,fra it:ita es:spa pt:por ca:cat gl:glg nl:dut,nld da:dan sv:swe no:nor nb:nob nn:nno
    is:ice,isl fi:fin et:est lv:lav lt:lit pl:pol cs:cze,ces sk:slo,slk sl:slv hr:hrv,scr sr:srp,scc bs:bos hu:hun
    ro:rum,ron sq:alb,sqi tr:tur el:gre,ell ru:rus uk:ukr be:bel bg:bul mk:mac,mkd kk:kaz ar:ara,arb fa:per,fas
    ur:urd he:heb yi:yid hi:hin bn:ben ta:tam te:tel mr:mar gu:guj kn:kan ml:mal pa:pan zh:chi,zho,cmn ja:jpn ko:kor
    vi:vie id:ind ms:may,msa th:tha sw:swa af:afr ka:geo,kat hy:arm,hye az:aze eu:baq,eus ga:gle cy:wel,cym mt:mlt
    lb:ltz la:lat eo:epo ps:pus ne:nep si:sin my:bur,mya km:khm lo:lao mn:mon uz:uzb
    """
)

# Codes that were withdrawn, and countries written for languages where nothing else can be meant.
MISTAKEN = _to_code("he:iw id:in yi:ji jv:jw ro:mo sr:sh ja:jp cs:cz da:dk el:gr uk:ua zh:cn")

NAMES = _to_code(
    """
    en:english,englisch,anglais,inglese,inglés de:german,deutsch,allemand,tedesco,alemán
    fr:french,français,francais,französisch it:italian,italiano,italienisch es:spanish,español,espanol,spanisch
    pt:portuguese,português,portugues,portugiesisch ca:catalan,català nl:dutch,nederlands,niederländisch
    da:danish,dansk sv:swedish,svenska no:norwegian,norsk fi:finnish,suomi is:icelandic,íslenska pl:polish,polski
    cs:czech,čeština,česky sk:slovak,slovenčina sl:slovenian,slovene,slovenščina hr:croatian,hrvatski
    sr:serbian,srpski bs:bosnian,bosanski hu:hungarian,magyar ro:romanian,română tr:turkish,türkçe,turkce
    el:greek,ελληνικά ru:russian,русский uk:ukrainian,українська bg:bulgarian,български ar:arabic,العربية
    fa:persian,farsi he:hebrew,עברית zh:chinese,中文 ja:japanese,日本語 ko:korean,한국어 vi:vietnamese
    id:indonesian th:thai hi:hindi ur:urdu sq:albanian,shqip
    """
)
