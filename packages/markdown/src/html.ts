/**
 * Renders Markdown as HTML for other readers, such as feed readers. All text is escaped, and only
 * the elements below are used, so the text cannot contain active content.
 */
import { type Block, type Inline, parseBlocks } from './markdown.ts'

const INLINE_TAGS = { strong: 'strong', emphasis: 'em', struck: 'del' } as const
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Never throws. */
export function markdownToHtml(text: string): string {
  return blocksOf(parseBlocks(text))
}

function blocksOf(blocks: readonly Block[]): string {
  return blocks.map(blockOf).join('\n')
}

function blockOf(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return element(`h${block.level}`, inlinesOf(block.children))
    case 'paragraph':
      return element('p', inlinesOf(block.children))
    case 'code':
      return element('pre', element('code', toEntities(block.text)))
    case 'quote':
      return element('blockquote', blocksOf(block.blocks))
    case 'list': {
      const items = block.items.map(item => element('li', blocksOf(item))).join('\n')
      return block.ordered ? `<ol start="${block.start}">${items}</ol>` : element('ul', items)
    }
    case 'table': {
      const row = (cells: readonly (readonly Inline[])[], tag: string) =>
        element('tr', cells.map(cell => element(tag, inlinesOf(cell))).join(''))
      return element(
        'table',
        [row(block.head, 'th'), ...block.rows.map(cells => row(cells, 'td'))].join('\n'),
      )
    }
    case 'rule':
      return '<hr>'
  }
}

function inlinesOf(inlines: readonly Inline[]): string {
  return inlines.map(inlineOf).join('')
}

function inlineOf(inline: Inline): string {
  switch (inline.kind) {
    case 'text':
      return toEntities(inline.text)
    case 'code':
      return element('code', toEntities(inline.text))
    case 'link':
      return `<a href="${toEntities(inline.href)}" rel="nofollow noopener noreferrer">${inlinesOf(inline.children)}</a>`
    default:
      return element(INLINE_TAGS[inline.kind], inlinesOf(inline.children))
  }
}

function element(tag: string, content: string): string {
  return `<${tag}>${content}</${tag}>`
}

function toEntities(text: string): string {
  return text.replace(/[&<>"']/g, sign => ENTITIES[sign]!)
}
