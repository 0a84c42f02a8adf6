import { type Block, inlineText, parseBlocks } from '@shoal/markdown'

/** Returns the text of Markdown without its markup. */
export const plainText = (text: string): string => parseBlocks(text).map(textOfBlock).join('\n')

function textOfBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
      return inlineText(block.children)
    case 'code':
      return block.text
    case 'quote':
      return block.blocks.map(textOfBlock).join('\n')
    case 'list':
      return block.items.map(item => item.map(textOfBlock).join('\n')).join('\n')
    case 'table':
      return [block.head, ...block.rows].map(cells => cells.map(inlineText).join(' ')).join('\n')
    case 'rule':
      return ''
  }
}
