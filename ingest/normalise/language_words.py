"""What tells languages apart: their small words, letters and endings. Tables only, in our own choice of words.

A word that two languages share stands in both rows: it then says nothing for one against the other. Lower case, NFC.
"""

# Small words first, then a few that headlines are made of; never names.
WORDS = {
    "en": """
        the of and to in a is was were are be been being that this these those it its he she they we you i his her
        their our your my him them us who whom whose which what when where why how not no nor or but if than then so
        as at by for from with without into onto over under after before during between against about amid among
        through until since while because although though there here has have had having do does did done will would
        can could should may might must more most less least many much some any all each every other another such
        only own same also just now still yet even very too out up down off on an says said say new first last next
        year years week day days people man men woman women government police court killed dead die dies war make
        makes made take takes get gets set back home two three five seven million billion percent world death deal
        report reports hat gift rate rates band bald found find finds face faces help need needs want wants again
        ago ahead almost alone along already always answer answers around ask asked asks away bad became become
        began behind believe best better big billions both breaking bring brings build building built business buy
        call called calls came case change changes chief child children city claims close come comes coming cost
        costs country cut cuts data daughter despite doing early eight election end ends enough ever everyone
        everything fall fear fears few fight fire fires food former four free friday friends full future game gave
        girl girls give given gives going good great ground growth half hand hard head health hear high highest hit
        hits hold hope hour hours house inside issue join keep key kill kills know known large later latest launch
        law lawmakers lead leader leaders learn leave leaves left let life like likely line little live lives living
        long look looking looks lost love low making market mean means meet members missing monday money month
        months mother move moves near never news night nothing november number october officials old once online
        open opens ours outside part party past pay peace place plan plans play please power president prices public
        push question questions read ready really record released right rise rises rule rules run running saturday
        saw school season second see seen sees send sets several shot show shows side six small social something son
        soon start starts state states stop story street students sunday support sure talk talks tax tell tells ten
        thing things think thousands threat thursday time times today together told tonight took top towards town
        trade trial try trying tuesday turn turns used using view visit vote votes wait walk watch water ways
        wednesday weekend went west white whole wife win wins within won work worked worker workers working works
        worst wrong yesterday young am art plant plus fast tag name stark gut kind wild land arm test door met team
        job film system problem september april august minister he's don't charged arrested accused murder attack
        attacks injured rescue theft crash storm storms flood floods warning warnings wounded shooting explosion
        fined jailed victims suspect search hospital prison charges resign resigns director advice announcing update
        updates guide tips notes review announces announced beautiful
    """,
    "de": """
        der die das den dem des ein eine einer eines einem einen kein keine keiner keinen und oder aber doch sondern
        denn weil dass daß ob wenn als wie auch nicht noch nur schon sehr mehr so da dann dort hier jetzt heute
        gestern morgen ist sind war waren wird werden wurde wurden worden sein hat haben hatte hatten habe kann
        können konnte muss müssen soll sollen sollte will wollen wollte darf dürfen mag ich du er sie es wir ihr man
        sich mich mir dich dir ihn ihm ihnen uns euch mein dein seine seiner seinen seinem ihre ihrer ihren ihrem
        unser unsere von vom zu zum zur in im ins an am auf aus bei beim mit nach vor für über unter um durch gegen
        ohne wegen seit bis zwischen trotz während statt laut pro was wer wo warum wieso wann welche welcher welches
        dieser diese dieses diesem diesen jeder jede jedes alle allem allen alles viele vielen vieler wenig wenige
        einige andere anderen mehrere beide zwei drei vier fünf sechs sieben acht neun zehn neue neuer neues neuen
        erste ersten erster letzte letzten wieder weiter immer nie gibt geht kommt steht bleibt macht sagt fordert
        warnt droht startet uhr jahr jahre jahren tag tage menschen regierung polizei krieg millionen milliarden
        prozent euro tote toter verletzte verletzt frau mann kinder land stadt ende kritik neuwahl wahl wahlen band
        bald gift rate not also sei seien wäre hätte abend aktuell allein allerdings alte alten angriff anschlag
        arbeit art aufgabe aussage bahn behörden beginnt bekommt bereits bericht berichtet besser besten besuch
        betrifft bevor bilder bisher bleiben bringt brauchen braucht bundesregierung chef chefin dabei dadurch dafür
        dagegen daher damals damit danach daran darauf daraus darum davon davor dazu derzeit deshalb deutlich
        deutsche deutschen deutscher dezember dienstag diskussion donnerstag dritte dritten ebenfalls ebenso eher
        eigene eigenen einfach einmal endlich entscheidung erhält erklärt ermittelt erneut erst erwartet etwa etwas
        fahrer fall fast fehlt feuer feuerwehr findet flughafen folgen forderung frage fragen frauen freitag frei
        freie früher frühere führt ganz ganze ganzen gefahr gefunden gegenüber geld gemeinsam gemeinsame gemeinde
        genug gericht gesetz gestorben gesucht gewinnt gewinn gilt gleich große großen großer großes grund gut gute
        guten hilfe hinter hoch höher höhere hunderte häufig innen interesse internationale jemand jeweils jung
        junge jungen juni juli kam kampf kaum kennen klage klar kleine kleinen knapp kommen könnte könnten kosten
        kurz könig lage lang lange länger lassen laufen leben legt leicht leitet lehrer leute liegt lässt machen mal
        meist meisten mittwoch monat monate monaten montag mutter nachdem nachrichten nacht nahe nahm name nehmen
        nein nennt neu nichts niemand nimmt oft ohnehin opfer partei plant plus preise prüft rechte reicht richtig
        rund sache samstag schlecht schließt schnell schule schüler schwer sehen sieht sicher sicherheit sollten
        sogar sonntag sonst spiel spielt sprechen spricht starb stark stellen stellt sterben steuern stimmen straße
        streit suche sucht tausende teil thema tod tragen trifft tritt tun täter umfrage unfall ungewiss unterwegs
        ursache verdacht verfahren vergangenen verhindert verlangt verliert vermisst versuchen verurteilt viel
        vielleicht völlig volk vorerst vorwurf vorwürfe wasser weg weitere weiteren weiterhin weniger werde wert
        wichtig wiener wirft wirklich wirtschaft woche wochen wohl wohnung worum zahl zahlen zeigt zeit zeiten ziel
        zieht zudem zufolge zukunft zuletzt zunächst zurück zusammen zusätzlich zweimal zweite zweiten österreich
        österreichs deutschland plan plans start starts party live city show shows most made see online open stop
        power bad support best half hand november september april august game fire ten post public night day now hit
        hits deal team job film system problem minister test week ticket steigt steigen sinkt sinken hofft übernimmt
        unterzeichnet erfasst fordern warnen kündigt angekündigt festgenommen angeklagt verschwunden schwere
        schwerer leichte jährige jähriger jährigen tot erstmals außer bekannt baldige
    """,
    "fr": """
        le la les l un une des du de d et ou mais donc car ni que qui quoi dont où si ne pas plus moins très trop
        aussi encore toujours jamais déjà ce cet cette ces c se s sa son ses leur leurs mon ma mes ton notre nos
        votre vos il elle ils elles on nous vous je tu en y à au aux par pour dans sur sous avec sans entre vers
        chez contre depuis pendant après avant lors selon est sont était étaient être été a ont avait avaient avoir
        fait faire peut peuvent doit doivent va vont sera seront qu n j m t comme quand comment pourquoi tout tous
        toute toutes autre autres même deux trois quatre cinq ans jours année pays gouvernement police face mort
        morts guerre nouveau nouvelle nouveaux premier première dernier fin millions milliards homme femme place
        public question questions part plan plans test six me or an note main film sait dit dire détruit près route
        ville grandes veut faut mettre mis prend pris gens jour semaine mois mieux peu rien personne personnes
        enquête ministre président loi procès blessé blessés
    """,
    "it": """
        il lo la i gli le l un uno una di a da in con su per tra fra del dello della dei degli delle al allo alla ai
        agli alle dal dallo dalla dai dagli dalle nel nello nella nei negli nelle sul sullo sulla sui sugli sulle e
        ed o ma se che chi cui non è sono era erano essere stato stata stati state ha hanno aveva avevano avere fa
        fare può possono deve devono come quando dove perché anche ancora già più meno molto poco tutto tutti tutte
        questo questa questi queste quello quella suo sua suoi sue loro noi voi si ci ne mi ti lui lei dopo prima
        contro senza verso oggi ieri anni anno giorni due tre quattro cinque governo polizia morto morti guerra
        nuovo nuova nuovi ecco così d all dell nell dall sull film test team me sanno sa detto dire vuole paese
        città mesi settimana persone gente legge ministro presidente processo feriti incidente vicino grandi
    """,
    "es": """
        el la los las lo un una unos unas de del a al en con por para sin sobre entre hasta desde hacia contra según
        tras y e o u pero sino porque que quien quienes cual donde cuando como si no ni ya más menos muy también aún
        todavía siempre nunca es son era eran fue fueron ser sido está están estaba estar ha han había haber hay
        hace hacer puede pueden debe deben tiene tienen va van se su sus le les me te nos mi tu él ella ellos ellas
        este esta estos estas ese esa esto eso todo todos toda todas otro otra otros otras mismo dos tres cuatro
        cinco años año días gobierno policía muerto muertos muere guerra nuevo nueva nuevos primer primera último
        así después antes durante ante cómo qué plan test film has november sabe dijo dice decir quiere país ciudad
        ciudades meses semana personas gente ley ministro presidente juicio heridos accidente cerca grandes siguen
        sigue
    """,
    "pt": """
        o a os as um uma uns umas de do da dos das em no na nos nas ao aos à às por pelo pela pelos pelas para com
        sem sobre entre até desde contra após e ou mas que quem qual onde quando como se não nem já mais menos muito
        também ainda sempre nunca é são era eram foi foram ser sido está estão estava estar há tem têm tinha ter faz
        fazer pode podem deve devem vai vão seu sua seus suas lhe me te ele ela eles elas este esta isto esse essa
        isso aquele tudo todo todos toda todas outro outra outros outras mesmo dois duas três quatro cinco anos ano
        dias governo polícia morto mortos morre guerra novo nova novos primeiro primeira depois antes diz num numa
        for plano sabe disse dizer quer país cidade cidades meses semana pessoas gente lei ministro presidente
        acidente perto grandes continua continuam porque estação incêndio
    """,
    "ca": """
        el la els les l un una uns unes de del dels d a al als en amb per sense sobre entre fins des cap contra
        segons i o però sinó perquè que qui quan on com si no ni ja més menys molt també encara sempre mai és són
        era eren ser estat està estan ha han havia hi fa fer pot poden deu té tenen va van es seu seva seus seves li
        me et ens aquest aquesta aquests aquestes tot tots tota totes altre altres mateix dos tres quatre cinc anys
        any dies govern policia mort guerra nou nova després abans sap diu dir vol país ciutat ciutats mesos setmana
        persones gent llei ministre president accident prop grans
    """,
    "gl": """
        o a os as un unha uns unhas de do da dos das en no na nos nas ao aos á ás por polo pola para con sen sobre
        entre ata desde contra tras e ou mais que quen cal onde cando como se non nin xa máis menos moito tamén
        aínda sempre nunca é son era foi foron ser sido está están estaba ten teñen tiña ter fai facer pode poden
        debe vai van seu súa seus súas lle el ela eles elas este esta isto ese esa iso todo todos outro outra mesmo
        dous dúas tres catro cinco anos ano goberno sabe dixo quere país cidade cidades meses semana persoas xente
        lei ministro presidente accidente preto grandes porque
    """,
    "ro": """
        și de la în cu pe pentru din prin fără sub între până despre după lângă că să nu mai dar sau ori dacă când
        unde cum cine care ce este sunt era erau fi fost a au avea are am ai va vor poate pot trebuie se își îi o un
        una unui unei ale al lui ei lor său sa săi sale acest această acestea acesta toate tot toți foarte mult doar
        încă deja nici iar fiind doi două trei patru cinci ani an zile guvernul poliția mort război nou nouă noi
        primul milioane film plan
    """,
    "nl": """
        de het een en van in op te dat die dit deze is was waren zijn wordt worden werd werden heeft hebben had
        hadden niet geen maar of als dan ook nog al wel meer zeer er aan met voor door over bij om uit tot naar na
        tegen tussen zonder onder sinds tijdens volgens wegens ik je jij hij zij ze wij we u hun hem haar zich ons
        onze mijn jullie men wie wat waar wanneer waarom hoe welke kan kunnen kon moet moeten zal zullen zou zouden
        wil willen mag gaat gaan komt nieuwe nieuw eerste laatste twee drie vier vijf jaar jaren dag dagen mensen
        politie regering dood doden oorlog miljoen miljard procent want toch omdat zo nu veel alle weer af vanaf
        week water school open later last even west best help hand land warm plan start stop worst media test team
        film minister november september april grote stad steden blijven blijft maanden vrouw man kinderen wet
        ongeluk gewonden zegt zeggen weten weet komende
    """,
    "af": """
        die van en in is nie het dat wat vir met op te om as was by sy hy ons hulle haar hom my jou jy ek aan na oor
        uit tot deur maar ook nog sal kan moet word gaan kom een twee drie jaar mense polisie nuwe eerste geen meer
        toe so se hierdie daar n teen tussen onder omdat baie
    """,
    "lb": """
        de den d dat ass sinn war waren gëtt gouf ginn huet hunn net keen an a mat fir vun vum op bei beim no iwwer
        ënner duerch géint ouni zu wéi wat wou wien ech du hien si mir dir sech säin hir eis och nach nëmmen méi
        méint eng een e engem déi dës dem des oder awer well datt wann als um am aus zwee dräi joer nei éischt
    """,
    "da": """
        og i at det en den til er som på de med han af for ikke der var mig sig men et har om vi min havde ham hun
        nu over da fra du ud sin dem os op man hans hvor eller hvad skal selv her alle vil blev kunne ind når være
        dog noget ville jo deres efter ned skulle denne end dette mit også under have dig anden hende mine alt meget
        sit sine vor mod disse hvis din nogle hos blive mange bliver mellem siger uden andre to tre fire fem år dage
        nye ny første politiet regeringen døde dræbt krig millioner procent mere kommer får gør før land hand plan
        start stop team film minister november september april test mennesker ulykke kvinde mand børn lov sige ved
        måneder uge blandt
    """,
    "no": """
        og i jeg det at en et den til er som på de med han av ikke der så var meg seg men ett har om vi min mitt ha
        hadde hun nå over da ved fra du ut sin dem oss opp man kan hans hvor eller hva skal selv sjøl her alle vil
        bli ble blitt kunne inn når være kom noen noe ville dere deres kun ja etter ned skulle denne for deg si sine
        sitt mot å meget hvorfor dette disse uten hvordan ingen din ditt blir samme hvilken hvilke sånn inni mellom
        vår hver hvem vors hvis både bare enn fordi før mange også slik vært begge siden sier to tre fire fem år
        dager nye ny første politiet regjeringen døde drept krig millioner prosent mer kommer får gjør etterpå mens
        land hand plan start stopp team film minister november september april test mennesker ulykke kvinne mann
        barn lov måneder uke blant
    """,
    "sv": """
        och i att det som en på är av för med den till ett de har inte om han men var jag sig från vi så kan man när
        år säger hon under också efter eller nu sin där vid mot ska skulle kommer ut får finns vara hade alla andra
        mycket än här då sedan över bara in blir upp även vad få två vill ha många hur mer går sverige detta nya
        procent utan sina något allt första fick måste mellan blev bli dag någon några sitt stora varit dem bra
        ingen honom henne hans hennes deras oss vår våra denna dessa vilket vilka genom innan tre fyra fem polisen
        regeringen döda dödade krig miljoner miljarder sade land hand plan start stopp bad team film minister
        november september april test människor olycka kvinna barn lag säga månader vecka bland
    """,
    "is": """
        og að í á er sem til það við um með af en ekki var þeir þær þau hann hún ég þú þið fyrir frá hefur hafa
        hafði eru voru verið vera verður sé því þess þessi þetta þessu eftir upp út inn yfir undir milli þegar þar
        hér nú svo eins eða líka mjög allt allir alla sér sig sín sinn hans hennar þeirra okkar ár ára árið tveir
        þrír nýr ný nýtt fyrsta segir
    """,
    "fi": """
        ja on ei että se hän ne he minä sinä me te oli ovat olivat ollut olla ole mutta kun niin kuin jos vain myös
        nyt jo vielä sitten koska tai sekä joka jotka mikä mitä missä kuka kanssa ennen jälkeen mukaan yli alle sen
        tämä tämän nämä hänen heidän siitä tästä voi voivat saa pitää tulee täytyy kaikki paljon uusi uuden
        ensimmäinen kaksi kolme vuotta vuoden vuonna poliisi hallitus sanoo kertoo suomen miljoonaa prosenttia eikä
        ettei
    """,
    "et": """
        ja on ei et see ta nad ma sa me te oli olid olnud olla ole aga kui nii ka veel juba nüüd siis sest või kes
        mis kus millal koos enne pärast järgi üle all selle tema nende oma võib saab peab tuleb kõik palju uus uue
        esimene kaks kolm aasta aastat aastal politsei valitsus ütles eesti miljonit protsenti ning kuid vaid mida
    """,
    "lv": """
        un ir no uz ar par ka kas tas tā to viņš viņa viņi es tu mēs jūs bija būs būt nav bet vai arī jau vēl tikai
        pēc pirms pie līdz starp bez kad kur kā jo lai ja šis šī savu visi viss gada gadu gadā gadi divi trīs jauns
        jauna pirmais policija valdība latvijas eiro miljoni ne
    """,
    "lt": """
        ir yra ne į iš su per po prie už nuo iki apie tarp be kad kas kaip kur kada jis ji jie jos aš tu mes jūs
        buvo bus būti nėra bet ar arba taip pat jau dar tik prieš ant nes jei šis ši savo visi viskas metų metais
        metai du trys naujas nauja pirmas policija vyriausybė lietuvos eurų milijonų
    """,
    "pl": """
        i w z na do się nie to że jest są był była było byli być o od po za przez przy dla pod nad bez między oraz
        lub albo ale czy jak co kto gdzie kiedy dlaczego który która które których już jeszcze tylko także też
        bardzo więcej tak ten ta te tego tej tym tych jego jej ich on ona oni one my wy ja mnie mu nas nam was swój
        swoje ma mają miał może mogą musi będzie będą został została zostały ze we u a dwa dwie trzy cztery pięć lat
        lata rok roku dni ludzi nowy nowa nowe pierwszy policja rząd rządu wojna wojny zł mln proc wobec przed
        podczas według by plan test film chce ludzie kobieta mężczyzna dzieci ustawa minister powiedział tydzień
        miesięcy dużych dużo
    """,
    "cs": """
        a i v ve na se si s z ze do od po pro při před přes pod nad bez mezi o u k ke je jsou byl byla bylo byli být
        bude budou není nejsou že aby když kde kdo co jak proč který která které kteří ale nebo ani už ještě jen
        také taky velmi více to ten ta ty toho této tento tato jeho její jejich on ona oni my vy já mě mu nás vám
        svůj své má mají měl může mohou musí podle proti kvůli až tak než zatím dva dvě tři čtyři pět let roku rok
        dní lidí nový nová nové první policie vláda vlády válka válce korun procent milionů by plan test film chce
        tím tomto lidé žena muž děti zákon ministr řekl týden měsíců velkých dál zvýšit nesouhlasí rostou daně
    """,
    "sk": """
        a aj v vo na sa si s so z zo do od po pre pri pred cez pod nad bez medzi o u k ku je sú bol bola bolo boli
        byť bude budú nie že aby keď kde kto čo ako prečo ktorý ktorá ktoré ktorí ale alebo ani už ešte len iba tiež
        veľmi viac to ten tá tie toho tejto tento táto jeho jej ich on ona oni my vy ja ma mu nás vám svoj svoje má
        majú mal môže môžu musí podľa proti až tak než zatiaľ dva dve tri štyri päť rokov roku rok dní ľudí nový
        nová nové prvý polícia vláda vlády vojna vojny eur percent miliónov chce tým tomto ľudia žena muž deti zákon
        minister povedal týždeň mesiacov veľkých
    """,
    "sl": """
        in je v na se za z s da so po pri do od iz o ob pod nad med brez pred čez ki kot ali pa tudi še že ne ni
        niso bil bila bilo bili biti bo bodo bi ko kje kdo kaj kako zakaj kateri katera katere to ta ti tega te tej
        tem njegov njen njihov on ona oni mi vi jaz me mu nas vam svoj svoje ima imajo imel lahko mora morajo proti
        zaradi kljub samo zelo več vse vsi dva dve tri štiri pet let leta leto dni ljudi nov nova novo prvi policija
        vlada vlade vojna vojne evrov odstotkov milijonov
    """,
    "hr": """
        i u na je se da za od s sa su o po do iz pri kod pod nad bez između ne nije nisu bio bila bilo bili biti bit
        će ću ćemo bi što tko gdje kada kako zašto koji koja koje kojih ali ili no već još samo također vrlo više to
        taj ta te tog ove ovaj njegov njezin njihov on ona oni mi vi ja me mu nas vam svoj svoje ima imaju imao može
        mogu mora moraju prema protiv zbog nakon prije tijekom kroz oko sve svi dva dvije tri četiri pet godina
        godine dana ljudi novi nova novo prvi policija vlada vlade rat rata eura posto milijuna milijardi tjedan
        tisuća uvjet vrijeme riječ htjeti uopće kao jer ako kad nego dok iako hrvatska hrvatske hrvatski siječnja
        veljače ožujka travnja svibnja lipnja srpnja
    """,
    "sr": """
        i u na je se da za od s sa su o po do iz pri kod pod nad bez između ne nije nisu bio bila bilo bili biti će
        ću ćemo bi šta što ko gde kada kako zašto koji koja koje kojih ali ili no već još samo takođe veoma više to
        taj ta te tog ove ovaj njegov njen njihov on ona oni mi vi ja me mu nas vam svoj svoje ima imaju imao može
        mogu mora moraju prema protiv zbog nakon posle pre tokom kroz oko sve svi dva dve tri četiri pet godina
        godine dana ljudi novi nova novo prvi policija vlada vlade rat rata evra odsto miliona milijardi nedelja
        hiljada vreme reč uslov svet uopšte kao jer ako kad nego dok iako srbija srbije srpski и у на је се да за од
        са су о по до из при код под над без између не није нису био била било били бити ће ћу би шта што ко где
        када како зашто који која које којих али или већ још само такође више то тај та те тог овај он она они ми ви
        има имају може мора према против због након после пре током све сви две године дана људи нови нова први
        влада рат
    """,
    "hu": """
        a az és hogy nem is van volt vannak voltak lesz egy ez azt ezt meg már még csak de ha mint vagy mert ki mi
        aki ami amely akik amelyek hol mikor hogyan miért itt ott most után előtt között alatt felett mellett
        szerint ellen miatt nélkül által felé óta át le fel be el kell lehet tud tudja fog minden mindig soha nagyon
        több sok kevés új első utolsó két három négy öt év évek évben éve nap ember emberek rendőrség kormány háború
        millió milliárd forint százalék magyar magyarország sem pedig így úgy akár majd lett film
    """,
    "sq": """
        të e i në dhe për me nga një që është janë ishte ishin nuk s ka kanë kishte si po por ose kur ku kush çfarë
        pse ky kjo këto ata ai ajo ato unë ti ne ju tij saj tyre duhet mund do më shumë pas para gjatë mes nën mbi
        deri edhe vetëm u dy tre katër pesë vite vjet ditë njerëz policia qeveria lufta ri re parë shqipëri kosovë
    """,
    "tr": """
        ve bir bu da de için ile çok daha olarak olan oldu olduğu var yok ne değil gibi kadar sonra önce göre karşı
        üzerine arasında ama fakat ancak veya ya ki mi mı mu mü o ben sen biz siz onlar onun bunu şu her hiç tüm
        bütün en yeni ilk son iki üç dört beş yıl yılında gün kişi polis hükümet savaş milyon milyar yüzde türkiye
        başkanı dedi etti etmek eden olacak edildi açıkladı nasıl neden nerede kim hem ise bile on an film plan test
    """,
    "az": """
        və bir bu da də üçün ilə çox daha olaraq olan oldu olduğu var yox nə deyil kimi qədər sonra əvvəl görə qarşı
        arasında amma lakin ancaq ya ki mi o mən sən biz siz onlar onun hər heç bütün ən yeni ilk son iki üç dörd
        beş il ildə gün nəfər azərbaycan edib olub bildirib edən olacaq edilib
    """,
    "eu": """
        eta da du ez bat dira dute zen ziren izan zuen egin dela duela baina edo ere baino gehiago oso hau hori hura
        nola non noiz nor zer zergatik dituzte ditu euskal herriko urte urteko berri lehen bi hiru lau bost
        gobernuak poliziak gabe arte egun ondoren aurrean aurka arabera
    """,
    "id": """
        yang dan di ke dari untuk dengan pada ini itu tidak adalah akan oleh sebagai dalam juga atau karena saat
        telah sudah bisa dapat ada lebih para kata mereka kami kita dia ia saya anda bagi hingga tentang setelah
        sebelum antara baru pertama dua tiga empat lima tahun hari orang polisi pemerintah perang juta miliar persen
        indonesia presiden
    """,
    "vi": """
        và của là có không được cho các những một trong với để người này đã đang sẽ từ đến khi ở về như nhưng hay
        hoặc nếu tại vì bị ra vào trên dưới sau trước giữa nhiều rất cũng chỉ năm ngày việt nam chính phủ công an
        hai ba bốn mới
    """,
    "tl": """
        ang ng sa na mga ay at ni si kay para mula hindi may mayroon wala ito iyon siya sila kami tayo ako ikaw kung
        dahil pero o din rin lang pa nang noong bago matapos taon araw pulis gobyerno
    """,
    "sw": """
        ya wa na kwa ni katika la za cha vya kuwa hii huo huyo hao wake yake wao sana pia lakini au kama baada kabla
        ambao ambayo watu mwaka siku polisi serikali rais moja mbili tatu
    """,
    "ga": """
        an na agus i ar is tá bhí ní go le do de ag sé sí siad mé tú sin seo a bliain lá rialtas gardaí nua chun ach
        nó mar faoi roimh tar éis idir gan
    """,
    "cy": """
        y yr yn a ac i o ar am gan gyda wedi mae oedd bod fod nid ddim ei eu ein eich hwn hon hyn sydd sy bydd gall
        rhaid neu ond os pan lle pwy beth blwyddyn flynedd heddlu llywodraeth newydd cyntaf dau tri
    """,
    "mt": """
        il u ta li ma fi għal minn ma' dan din dawn kien kienet huwa hija huma mhux biex wara qabel bejn kontra fuq
        taħt aktar ħafna sena snin pulizija gvern ġdid l fil mill tal lil mal
    """,
    "la": """
        et in est non ad cum ut sed qui quae quod ex de ab per pro aut atque ac nec neque si sunt erat esse fuit hoc
        haec hic ille eius enim autem etiam quam nunc tamen
    """,
    "eo": """
        la de kaj en estas al ne por kun ke pri el per sed kiu kiuj ĝi li ŝi ili ni vi mi estis post antaŭ inter sur
        sub ĉar tiu
    """,
    "ru": """
        и в во на не с со что как по из за от для о об при до под над без между через у к ко но или если когда где
        кто чтобы который которая которые которого это этот эта эти этого тот был была было были быть есть будет
        будут нет да уже еще ещё только также тоже очень более его её ее их он она они мы вы я мне ему нас вам себя
        свой свои может могут должен после перед против около лет года год году дня людей два две три пять новый
        новая новые первый россии россия российский заявил сообщил рассказал стало войны война процентов тыс млн
        млрд
    """,
    "uk": """
        і й в у на не з зі із що як по за від для о об при до під над без між через та але або чи якщо коли де хто
        щоб який яка які якого це цей ця ці цього той був була було були бути є буде будуть немає так вже ще тільки
        також теж дуже більше його її їх він вона вони ми ви я мені йому нас вам себе свій свої може можуть після
        перед проти близько років року рік дня людей два дві три п'ять новий нова нові перший україни україна
        україні заявив повідомив розповів війни війна відсотків тис млн млрд
    """,
    "be": """
        і ў у на не з са што як па за ад для аб пры да пад над без паміж праз але ці калі дзе хто каб які якая якія
        гэта гэты гэтыя быў была было былі быць ёсць будзе няма так ужо яшчэ толькі таксама вельмі больш яго яе іх
        ён яна яны мы вы я сябе свой можа пасля супраць каля гадоў года годзе дзень людзей два дзве тры новы новая
        беларусі беларусь
    """,
    "bg": """
        и в във на не с със че като по за от до под над без между през при към но или ако когато къде кой която
        което които това този тази тези е са беше бяха бъде бил била има няма да ще вече още само също много повече
        му ѝ им той тя те ние вие аз се си него нея нас може могат трябва след преди срещу около години година дни
        хора два две три нов нова нови първи българия каза съобщи заради
    """,
    "mk": """
        и во на не со дека како по за од до под над без меѓу преку при кон но или ако кога каде кој која кое кои ова
        овој оваа овие е се беше беа биде бил има нема да ќе веќе уште само исто многу повеќе му ѝ им тој таа тие
        ние вие јас го ја ги може мора пред против околу години година дена луѓе два две три нов нова нови прв
        македонија
    """,
    "kk": """
        және мен бен үшін бар жоқ бұл ол деп болды болып болған оның қазақстан бойынша туралы кейін дейін екі үш
        жаңа жыл жылы адам еді емес да де ма осы барлық
    """,
    "ar": """
        في من على إلى الى عن مع أن ان إن لا ما هذا هذه ذلك التي الذي الذين كان كانت قد بعد قبل بين ضد حول خلال أو كل
        غير هو هي هم كما حتى لم لن ثم عند منذ أكثر عام يوم
    """,
    "fa": """
        در به از که را این با است برای آن یک بر تا هم می شد شده شود کرد کرده کند های ها خود او ما نیز اما یا باید پس
        پیش بین ضد سال روز گفت دو سه نه هر چه دیگر ایران
    """,
    "ur": """
        کے کی کا میں ہے اور سے کو نے پر ہیں کہ یہ وہ بھی تھا تھے گیا نہیں ایک اس ان کر ہو جو تو بعد خلاف لیے ساتھ
    """,
    "ps": """
        د په او چې له کې ته سره دی دي کړی کړي شوی یې هم نه یو دا هغه پر څخه وویل
    """,
    "hi": """
        के की का में है और से को ने पर हैं कि यह वह भी था थे गया नहीं एक इस उस कर हो जो तो बाद लिए साथ
    """,
    "mr": """
        आहे आणि या च्या मध्ये ते ही तो ती नाही एक होते केली केला झाला झाली असे यांनी यांच्या साठी मात्र
    """,
    "ne": """
        छ र को मा ले का लाई पनि गरेको भएको हो छन् भने यो त्यो एक गर्ने नेपाल थियो
    """,
    "he": """
        של את על לא עם זה זו הוא היא הם כי גם או אבל אם מה מי יש אין כל היה היו אחרי לפני בין נגד עד רק עוד יותר שנה
        יום אל לפי
    """,
    "yi": """
        און די דער דאס אין איז צו פון מיט אויף נישט ניט איך ער זי מיר זיי האט האבן זיין א אן וואס ווי אבער אויך
    """,
}

# Letters that few languages write; a word that holds several must be of a language that writes all of them.
# Languages -> their letters.
LETTERS = {
    "de": "ß",
    "de sv fi et sk lb": "ä",
    "de sv fi et hu tr is lb az": "ö",
    "de hu tr et es ca lb az": "ü",
    "sv da no fi": "å",
    "da no": "ø",
    "da no is": "æ",
    "fr it ca vi": "è",
    "fr it ca pt vi": "à",
    "fr it vi": "ù",
    "it ca vi": "ò",
    "it vi": "ì",
    "fr pt vi cy af": "ê",
    "fr": "œ",
    "fr ro cy": "î",
    "fr cy": "û",
    "fr pt ro tr vi cy": "â",
    "fr pt ca tr sq az": "ç",
    "sq nl lb fr af": "ë",
    "fr nl ca af cy": "ï",
    "fr pt sk vi cy": "ô",
    "es pt hu cs sk is ga gl vi": "á",
    "es pt hu cs sk is ga gl ca vi": "íú",
    "es pt hu cs sk is pl ga gl ca vi": "ó",
    "es gl eu": "ñ",
    "pt vi": "ã",
    "pt et vi": "õ",
    "pl": "łśźń",
    "pl lt": "ąę",
    "pl mt": "ż",
    "pl hr sr": "ć",
    "hr sr vi": "đ",
    "cs": "řěů",
    "cs sk sl hr sr lt lv": "č",
    "cs sk sl hr sr lt lv et": "šž",
    "cs sk": "ďťň",
    "sk": "ľ",
    "cs sk is": "ý",
    "hu": "őű",
    "tr ro az": "ş",
    "tr az": "ğı",
    "az": "ə",
    "ro vi": "ă",
    "ro": "țţș",
    "lt": "ėųį",
    "lt lv": "ū",
    "lv": "āēīģķļņ",
    "is": "þð",
    "mt": "ħġċ",
    "cy": "ŵŷ",
    "eo": "ĉĝŝŭ",
    "vi": "ơư",
    "ru be kk": "ыэ",
    "ru be": "ё",
    "bg ru": "ъ",
    "uk be kk": "і",
    "uk": "їєґ",
    "be": "ў",
    "sr mk": "јљњџ",
    "sr": "ђћ",
    "mk": "ѓќѕ",
    "kk": "қғңұәө",
    "fa ur ps": "پچژ",
    "fa ur": "گ",
    "ar": "ةأإك",
    "ur": "ٹڈںہے",
    "ps": "ېښځټ",
}

# Endings of words of seven letters and more. Languages -> their endings.
ENDINGS = {
    "de": "ung ungen keit heit schaft lich ische ischen ischer stellt ieren",
    "de nl": "chen",
    "en nl da sv no": "ing",
    "en": "ings ness ful ously ally ight ished",
    "en fr de": "ation",
    "fr en": "ement ements",
    "fr": "eux euse aient",
    "it": "zione zioni",
    "it es pt": "mente",
    "es": "ción ciones",
    "pt": "ção ções",
    "nl af": "heid",
    "nl": "lijk lijke",
    "nl da sv no": "ingen",
    "pl": "ości ego anie ania owego",
    "cs sk": "ých",
    "cs": "ního",
    "ru": "ение ения ости ость ский ская ского ются",
    "uk": "ння ості ість ський ська ського ються",
    "bg": "ият ята ите ето ване",
    "hu": "ság ség ásra nak nek ban ben",
    "fi": "ssa ssä sta stä lla llä ista",
    "tr": "lar ler ları leri ında inde ması mesi",
    "ru uk": "ться",
}

# Languages so near to each other that few words tell them apart: there the outlet's own language may decide.
RELATIVES = (
    "da no",
    "sv da no",
    "hr sr sl",
    "cs sk",
    "es gl ca",
    "pt gl",
    "ru uk be",
    "bg mk",
    "de lb",
    "nl af",
    "tr az",
)

# Languages of few outlets, each near to one of many: less is asked of a text to be of the greater one.
RARE = frozenset({"af", "ca", "eo", "ga", "gl", "la", "lb", "mt", "sw", "tl"})

# Scripts that one language writes, or nearly so.
SCRIPTS = {
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "ko": "\u1100-\u11ff\uac00-\ud7af",
    "th": "\u0e00-\u0e7f",
    "lo": "\u0e80-\u0eff",
    "km": "\u1780-\u17ff",
    "my": "\u1000-\u109f",
    "ka": "\u10a0-\u10ff",
    "hy": "\u0530-\u058f",
    "bn": "\u0980-\u09ff",
    "pa": "\u0a00-\u0a7f",
    "gu": "\u0a80-\u0aff",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
    "si": "\u0d80-\u0dff",
}
