/** Formats results as text for a terminal and as Markdown for RESULTS.md. */
import type { Goal, Section } from './bench.ts'

/** Formats a section for a terminal, with aligned columns. */
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

/** Returns `Rate: 1.42 x (goal: at least 1.3 x): met.`; `missed` is enclosed in `mark`s. */
function goalText({ label, value, goal, sense, unit, met }: Goal, mark = ''): string {
  const measured = Number.isFinite(value)
  const verdict = met ? 'met' : measured ? `${mark}missed${mark}` : 'not measured'
  return `${label}: ${measured ? value.toFixed(2) : '-'}${unit} (goal: at ${sense} ${goal}${unit}): ${verdict}.`
}

/** Formats a section as Markdown. */
export function toMarkdown({ title, columns, rows, goals }: Section): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const table = [line(columns), `|${columns.map((_, index) => (index === 0 ? '---' : '---:')).join('|')}|`]
  const list = goals.map(goal => `- ${goalText(goal, '**')}`)
  return [`### ${title}`, '', ...table, ...rows.map(line), '', ...list].join('\n').trimEnd()
}

/**
 * Replaces the results of one benchmark in the text of RESULTS.md. `about` describes the date and
 * machine.
 */
export function withResults(text: string, name: string, about: string, sections: readonly Section[]): string {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`]
  const body = [begin, `## ${name}`, '', about, '', sections.map(toMarkdown).join('\n\n'), end].join('\n')
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) return `${text.trimEnd()}\n\n${body}\n`
  return text.slice(0, from) + body + text.slice(to + end.length)
}

/** Shortens error messages, which would widen the column too much. */
function shown(row: readonly string[], index: number): string {
  const cell = row[index] ?? ''
  return cell.startsWith('failed:') ? cell.slice(0, 60) : cell
}
