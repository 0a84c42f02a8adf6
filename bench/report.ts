/** Results as text for a terminal and as Markdown to keep. */
import type { Goal, Section } from './bench.ts'

/** A section for a terminal: columns aligned. */
export function toText({ title, columns, rows, goals }: Section): string {
  const all = [columns, ...rows]
  const widths = columns.map((_, index) => Math.max(...all.map(row => shown(row, index).length)))
  const lines = all.map(row =>
    widths
      .map((width, index) => shown(row, index).padEnd(width))
      .join('  ')
      .trimEnd(),
  )
  return [title, ...lines, ...goals.map(goal => goalText(goal)), ''].join('\n')
}

/** `Rate: 1.42 x (goal: at least 1.3 x): met.`; a miss stands between `mark`s. */
function goalText({ label, value, goal, sense, unit, met }: Goal, mark = ''): string {
  const measured = Number.isFinite(value)
  const verdict = met ? 'met' : measured ? `${mark}missed${mark}` : 'not measured'
  return `${label}: ${measured ? value.toFixed(2) : '-'}${unit} (goal: at ${sense} ${goal}${unit}): ${verdict}.`
}

/** A section as Markdown. */
export function toMarkdown({ title, columns, rows, goals }: Section): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const table = [line(columns), `|${columns.map((_, index) => (index === 0 ? '---' : '---:')).join('|')}|`]
  const list = goals.map(goal => `- ${goalText(goal, '**')}`)
  return [`### ${title}`, '', ...table, ...rows.map(line), '', ...list].join('\n').trimEnd()
}

/**
 * Puts the results of one benchmark into the text of RESULTS.md in place of its former ones; what stands about others stays.
 * `about` says when and on what it ran.
 */
export function withResults(text: string, name: string, about: string, sections: readonly Section[]): string {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`]
  const body = [begin, `## ${name}`, '', about, '', sections.map(toMarkdown).join('\n\n'), end].join('\n')
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) return `${text.trimEnd()}\n\n${body}\n`
  return text.slice(0, from) + body + text.slice(to + end.length)
}

/** A cell that is a whole message would push its column apart: the row shows it past the end instead. */
function shown(row: readonly string[], index: number): string {
  const cell = row[index] ?? ''
  return cell.startsWith('failed:') ? cell.slice(0, 60) : cell
}
