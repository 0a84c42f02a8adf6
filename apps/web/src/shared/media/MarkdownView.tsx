import { type Block, type Inline, inlineText, parseBlocks } from '@shoal/markdown'
import { type ComponentType, createContext, createElement, type ReactNode, useContext, useMemo } from 'react'
import styles from './media.module.css'

/** Components that replace parts of a text. */
export interface MarkdownParts {
  readonly text?: ComponentType<{ readonly text: string }>
  /** `label`: the text that hides the address. */
  readonly link?: ComponentType<{
    readonly href: string
    readonly label: string
    readonly children: ReactNode
  }>
  readonly heading?: ComponentType<{ readonly level: number; readonly children: ReactNode }>
}

export const MarkdownPartsContext = createContext<MarkdownParts>({})

/** Renders Markdown as elements. HTML in it is never rendered. */
export default function MarkdownView({ text }: { readonly text: string }) {
  const blocks = useMemo(() => parseBlocks(text), [text])
  return <article className={styles.markdown}>{blocks.map(blockElement)}</article>
}

function blockElement(block: Block, key: number): ReactNode {
  switch (block.kind) {
    case 'heading':
      return (
        <Heading key={key} level={block.level}>
          {inlineElements(block.children)}
        </Heading>
      )
    case 'paragraph':
      return <p key={key}>{inlineElements(block.children)}</p>
    case 'code':
      return (
        <pre key={key}>
          <code>{block.text}</code>
        </pre>
      )
    case 'quote':
      return <blockquote key={key}>{block.blocks.map(blockElement)}</blockquote>
    case 'rule':
      return <hr key={key} />
    case 'list':
      return listElement(block, key)
    case 'table':
      return tableElement(block, key)
  }
}

function listElement({ ordered, start, items }: Extract<Block, { kind: 'list' }>, key: number): ReactNode {
  // biome-ignore lint/suspicious/noArrayIndexKey: a document does not change while it is shown
  const elements = items.map((blocks, index) => <li key={index}>{itemElements(blocks)}</li>)
  return ordered ? (
    <ol key={key} start={start}>
      {elements}
    </ol>
  ) : (
    <ul key={key}>{elements}</ul>
  )
}

/**
 * Returns the elements of a list item. A single paragraph is rendered without a paragraph element.
 */
function itemElements(blocks: readonly Block[]): ReactNode {
  const [first, ...rest] = blocks
  if (first?.kind !== 'paragraph') return blocks.map(blockElement)
  return [inlineElements(first.children), ...rest.map((block, index) => blockElement(block, index))]
}

function tableElement({ head, rows }: Extract<Block, { kind: 'table' }>, key: number): ReactNode {
  return (
    <div key={key} className={styles.markdownTable}>
      <table>
        <thead>
          <tr>
            {head.map((cell, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a document does not change while it is shown
              <th key={index} scope="col">
                {inlineElements(cell)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a document does not change while it is shown
            <tr key={index}>
              {row.map((cell, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a document does not change while it is shown
                <td key={column}>{inlineElements(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function inlineElements(inlines: readonly Inline[]): ReactNode[] {
  return inlines.map(inlineElement)
}

function inlineElement(inline: Inline, key: number): ReactNode {
  switch (inline.kind) {
    case 'text':
      return <Text key={key} text={inline.text} />
    case 'code':
      return <code key={key}>{inline.text}</code>
    case 'strong':
      return <strong key={key}>{inlineElements(inline.children)}</strong>
    case 'emphasis':
      return <em key={key}>{inlineElements(inline.children)}</em>
    case 'struck':
      return <del key={key}>{inlineElements(inline.children)}</del>
    case 'link':
      return (
        <Anchor key={key} href={inline.href} label={inlineText(inline.children)}>
          {inlineElements(inline.children)}
        </Anchor>
      )
  }
}

function Text({ text }: { readonly text: string }): ReactNode {
  const { text: Own } = useContext(MarkdownPartsContext)
  return Own ? <Own text={text} /> : text
}

function Heading({ level, children }: { readonly level: number; readonly children: ReactNode }) {
  const { heading: Own } = useContext(MarkdownPartsContext)
  if (Own) return <Own level={level}>{children}</Own>
  // The page has its own first-level heading: those of a document are one level lower.
  return createElement(`h${Math.min(6, level + 1)}`, {}, children)
}

/**
 * Whether the text is within a link: an address there stays plain text, since links cannot be
 * nested.
 */
const InLinkContext = createContext(false)

function Anchor({ href, label, children }: { href: string; label: string; children: ReactNode }) {
  const { link: Own } = useContext(MarkdownPartsContext)
  if (useContext(InLinkContext)) return children
  return (
    <InLinkContext value={true}>
      {Own ? (
        <Own href={href} label={label}>
          {children}
        </Own>
      ) : (
        <a href={href} target="_blank" rel="noopener noreferrer nofollow">
          {children}
        </a>
      )}
    </InLinkContext>
  )
}
