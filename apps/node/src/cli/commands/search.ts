import { SEARCH_KINDS, type SearchHit } from '@shoal/api'
import { integer, value } from '@shoal/options'
import { printable } from '../../base/width.ts'
import { asUsage, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { allPages } from '../client/pages.ts'
import { defineCommand } from '../command.ts'
import type { Terminal } from '../output.ts'
import { texts } from '../texts.ts'

export const search = defineCommand({
  about: texts.search.about,
  positionals: [{ name: 'WORDS', help: texts.search.words, many: true }],
  options: {
    kind: value('KIND', {
      help: texts.search.options.kind({ kinds: SEARCH_KINDS.join(', ') }),
      choices: SEARCH_KINDS,
    }),
    limit: value('N', { help: texts.search.options.limit, parse: integer(1, 10_000) }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['search harbour map', texts.search.examples.words],
    [`search '"old harbour"' --kind document`, texts.search.examples.phrase],
  ],
  async run(words, options, { output, interrupt }) {
    const { api } = await openNode(options, interrupt.signal)
    const { kind, limit = 20 } = options
    const query = { text: words.join(' '), ...(kind && { kind }), limit: Math.min(limit, 100) }
    const items = await allPages(cursor => asUsage(api.search({ ...query, ...cursor })), limit)
    if (output.json) return output.object({ items })
    if (items.length === 0) return output.line(texts.search.none)
    for (const hit of items) {
      const text = hit.snippet === null ? (hit.path ?? hit.torrentName) : hit.snippet
      if (hit.snippet !== null) output.line(hit.path ?? hit.torrentName)
      const indent = hit.snippet === null ? '' : '    '
      // Show the lines of a document as one line.
      if (output.terminal) output.terminal.write(`${indent}${marked(text, hit.matches, output.terminal)}\n`)
      else output.line(indent + text.replace(/\s+/g, ' '))
      output.line(`    ${placeText(hit)}`)
    }
  },
})

function placeText({ file, path, torrentName, torrent: id }: SearchHit): string {
  const index = String(file)
  if (path === null)
    return file === null ? texts.search.torrent({ id }) : texts.search.fileOnly({ index, id })
  return file === null
    ? texts.search.torrentIn({ torrent: torrentName, id })
    : texts.search.file({ index, torrent: torrentName, id })
}

/** Prints matches in bold. Invalid ranges from the node are ignored. */
export function marked(
  text: string,
  matches: SearchHit['matches'],
  style: Pick<Terminal, 'unicode' | 'color'>,
): string {
  const clean = (part: string) => printable(part.replace(/\s+/g, ' '), style)
  let at = 0
  let result = ''
  for (const [start, end] of matches) {
    if (!(start >= at && end > start && end <= text.length)) continue
    const match = clean(text.slice(start, end))
    result += clean(text.slice(at, start)) + (style.color ? `\u001b[1m${match}\u001b[0m` : match)
    at = end
  }
  return result + clean(text.slice(at))
}
