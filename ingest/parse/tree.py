"""Text to an element tree by a parser that resolves and fetches nothing, or the rule of XML that the text breaks."""

import re

from lxml import etree

from ingest.parse.names import Element


class NotWellFormed(Exception):
    """The text breaks the rules of XML 1.0. In words of our own, as those of the library change with its version."""

    def __init__(self, error: etree.XMLSyntaxError) -> None:
        self.lacks_prefix = error.code == etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE
        entity = _ENTITY.search(str(error)) if error.code in _ENTITY_ERRORS else None
        self.entity = entity[1] if entity else ""  # the one that is not defined
        super().__init__(_FAULTS.get(error.code, "it breaks the rules of XML"))


_ENTITY = re.compile(r"Entity '([^']+)'")
_ENTITY_ERRORS = {etree.ErrorTypes.ERR_UNDECLARED_ENTITY, etree.ErrorTypes.WAR_UNDECLARED_ENTITY}
_FAULTS = {
    **dict.fromkeys(_ENTITY_ERRORS, "an entity that XML does not know"),
    etree.ErrorTypes.ERR_ENTITYREF_NO_NAME: "a bare ampersand",
    etree.ErrorTypes.ERR_NAME_REQUIRED: "a bare ampersand or angle bracket",
    etree.ErrorTypes.ERR_ENTITYREF_SEMICOL_MISSING: "a bare ampersand",
    etree.ErrorTypes.ERR_INVALID_CHARREF: "a reference to what is no character",
    etree.ErrorTypes.ERR_INVALID_CHAR: "a reference to what is no character",
    etree.ErrorTypes.ERR_TAG_NAME_MISMATCH: "tags that do not match",
    etree.ErrorTypes.ERR_TAG_NOT_FINISHED: "it breaks off",
    etree.ErrorTypes.ERR_GT_REQUIRED: "a tag without end",
    etree.ErrorTypes.ERR_CDATA_NOT_FINISHED: "it breaks off",
    etree.ErrorTypes.ERR_COMMENT_NOT_FINISHED: "it breaks off",
    etree.ErrorTypes.ERR_DOCUMENT_END: "there is more after its end",
    etree.ErrorTypes.ERR_RESERVED_XML_NAME: "an XML declaration that is not at its start",
    etree.ErrorTypes.ERR_LT_IN_ATTRIBUTE: "an angle bracket in an attribute",
    etree.ErrorTypes.ERR_ATTRIBUTE_NOT_STARTED: "an attribute without quotes",
    etree.ErrorTypes.ERR_ATTRIBUTE_REDEFINED: "an attribute given twice",
    etree.ErrorTypes.ERR_HYPHEN_IN_COMMENT: "double hyphens in a comment",
    etree.ErrorTypes.ERR_MISPLACED_CDATA_END: "the end of CDATA that never began",
    etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE: "a prefix that is not declared",
}


def serialised(element: Element) -> bytes:
    """The element as UTF-8, with the namespaces in force around it, without what follows it."""
    found: bytes = etree.tostring(element, encoding="utf-8", with_tail=False, xml_declaration=False)
    return found


def tree(text: str, recover: bool = False) -> Element:
    """The root of a document that begins with it. Raises NotWellFormed; never resolves or fetches anything.

    With `recover` the parser goes on behind mistakes and takes what it can; None if that is nothing.
    """
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,  # texts over 10 MB; there are no entities left, and depth and size are bounded elsewhere
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise NotWellFormed(error) from error
