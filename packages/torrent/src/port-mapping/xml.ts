/**
 * A reader for the XML that routers send: elements and text. Attributes are skipped, namespaces
 * removed. It knows the five predefined entities and character references; a DOCTYPE, through which
 * entities could be defined, is rejected. No I/O.
 */
import { ShoalError } from '../base/errors.ts'

export interface XmlElement {
  /** Without its namespace prefix. */
  readonly name: string
  /** The text directly inside, trimmed. */
  text: string
  readonly children: XmlElement[]
}

/** A description of a router has about 300 elements, at most 12 deep. */
const MAX_ELEMENTS = 5000
const MAX_DEPTH = 40

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
/**
 * A comment, a CDATA section, a processing instruction, a tag, or text, in this order. None of them
 * can backtrack.
 */
const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<(\/?)([A-Za-z_][\w.:-]*)((?:[^<>"']|"[^"<]*"|'[^'<]*')*)>|([^<]+)/y

/** Parses a document and returns its root. Throws `bad-message`. */
export function parseXml(text: string): XmlElement {
  const document: XmlElement = { name: '', text: '', children: [] }
  const open = [document]
  let elements = 0
  // Some routers end their answers with a NUL.
  const source = text.replace(/\0+\s*$/, '')
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < source.length) {
    const token = TOKEN.exec(source)
    if (!token) throw malformed('it has a part that is not an element, text or comment')
    const [, cdata, slash, name, attributes, characters] = token
    const parent = open.at(-1)!
    if (cdata !== undefined) parent.text += cdata
    else if (characters !== undefined) parent.text += decodeText(characters)
    else if (name === undefined) continue
    else if (slash === '/') closeElement(open, name)
    else {
      if (++elements > MAX_ELEMENTS || open.length > MAX_DEPTH) throw malformed('it has too many elements')
      const element = { name: localName(name), text: '', children: [] }
      parent.children.push(element)
      if (!attributes!.endsWith('/')) open.push(element)
    }
  }
  const [root, ...others] = document.children
  if (!root || others.length > 0 || open.length > 1 || document.text.trim() !== '')
    throw malformed('it is not one complete element')
  return root
}

/** The first child with that name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find(child => child.name === name)
}

/** The text of the first child with that name. */
export function textOf(element: XmlElement | undefined, name: string): string | undefined {
  return childOf(element, name)?.text
}

/** Escapes text for use as element content. */
export function escapeXml(text: string): string {
  return text.replace(/[<>&]/g, letter => (letter === '<' ? '&lt;' : letter === '>' ? '&gt;' : '&amp;'))
}

function closeElement(open: XmlElement[], name: string): void {
  const element = open.length > 1 ? open.pop()! : undefined
  if (element?.name !== localName(name)) throw malformed(`</${name.slice(0, 40)}> does not close an element`)
  element.text = element.text.trim()
}

function decodeText(text: string): string {
  return text.replace(/&([^;\s&]{0,10});?/g, (_all, name: string) => {
    const entity = ENTITIES[name]
    if (entity !== undefined) return entity
    const code = /^#x[0-9a-f]{1,6}$/i.test(name)
      ? Number.parseInt(name.slice(2), 16)
      : /^#\d{1,7}$/.test(name)
        ? Number(name.slice(1))
        : -1
    if (code < 0 || code > 0x10ffff) throw malformed('it uses an entity that XML does not define')
    return String.fromCodePoint(code)
  })
}

function localName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1)
}

function malformed(what: string): ShoalError {
  return new ShoalError('bad-message', `The router sent invalid XML: ${what}`)
}
