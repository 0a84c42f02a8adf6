/** XML 1.0 as text. The output is well-formed for any input. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
/** Characters not allowed in XML (section 2.2). */
const NOT_CHARACTERS = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu

export const XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'

export type Attributes = Readonly<Record<string, string | number | undefined>>

/** Escapes a text for content and attributes. Drops characters not allowed in XML. */
export function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replace(NOT_CHARACTERS, '')
    .replace(/[&<>"']/g, sign => ENTITIES[sign]!)
}

/**
 * Returns an element. `content` is XML, or a text to escape as `{ text }`. Undefined attributes are
 * omitted.
 */
export function element(
  name: string,
  attributes: Attributes = {},
  content: string | { readonly text: string } = '',
): string {
  const written = Object.entries(attributes).map(([attribute, value]) =>
    value === undefined ? '' : ` ${attribute}="${xmlText(String(value))}"`,
  )
  const inner = typeof content === 'string' ? content : xmlText(content.text)
  return inner === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${inner}</${name}>`
}

/** Returns an element with a text. */
export function textElement(name: string, text: string): string {
  return element(name, {}, { text })
}
