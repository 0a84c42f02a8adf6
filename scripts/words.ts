/**
 * The word list of `CONTRIBUTING.md`: phrases that a native engineer would not write, and names
 * that have been replaced.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, type RunResult, run } from './run.ts'

interface Phrase {
  readonly pattern: RegExp
  /** What to write instead. */
  readonly instead: string
}

const PHRASES: readonly Phrase[] = [
  {
    pattern: /\/\*\*(?:\s*\n\s*\*)? (?:Of|What|Who|Whoever|Whose) /g,
    instead: 'a docstring with a subject and a verb',
  },
  {
    pattern: /\/\/ (?:Who|Whoever|Whose|What) [a-z][^?\n]*$/gm,
    instead: 'a comment with a subject and a verb',
  },
  { pattern: /(?<!\bthere )\bis no (?!longer\b|more\b|less\b|other\b)/gi, instead: '"is not a"' },
  { pattern: /\bfor ever\b/gi, instead: '"forever"' },
  {
    pattern: /\b(?:is|are|was|were|be|been|being) told\b/gi,
    instead: '"receives", "is notified" or the active voice',
  },
  { pattern: /\b(?:goes|going|went) on(?! to\b)/gi, instead: '"continues"' },
  { pattern: /\bstands? (?:in|for|at|there|beside|here)\b/gi, instead: '"is in", "means" or "represents"' },
  { pattern: /\bbeside\b/gi, instead: '"next to", "besides" or "in addition to"' },
  {
    pattern: /\b(?:is|are|was|were) (?:all |still |not yet )?here\b/gi,
    instead: '"is available", "has arrived"',
  },
  { pattern: /\bnone is like\b/gi, instead: '"no … match"' },
  { pattern: /\blooking what\b/gi, instead: 'the verb of what is done, such as "reading"' },
  { pattern: /\b(?:comes?|came|coming) whole\b/gi, instead: '"completes"' },
  { pattern: /\bends of sharing\b/gi, instead: '"seeding limits"' },
  { pattern: /\bwhole numbers?\b/gi, instead: '"integer"' },
  { pattern: /\b(?:can|could) be had\b/gi, instead: '"is available"' },
  { pattern: /\b(?:has|have|had) it all\b/gi, instead: '"is complete", "has everything"' },
  { pattern: /\bnot here yet\b|\bof it here\b/gi, instead: '"missing", "downloaded"' },
  { pattern: /\btells? of\b/gi, instead: '"reports", "contains"' },
  { pattern: /\bnone of (?:ours|theirs)\b/gi, instead: '"not ours"' },
  { pattern: /\bin mid-\w+/gi, instead: '"during a …"' },
  { pattern: /\bas (?:Debian|npm|it|they) ha(?:s|ve) it\b/g, instead: '"from …"' },
]

/** Names that have been replaced by standard terms. */
const NAMES = [
  ...[
    'PieceBook',
    'SourceBook',
    'BlameBook',
    'TorrentBook',
    'FactsBook',
    'SettingsKeeper',
    'QueueKeeper',
    'NodeCore',
  ],
  ...['Meetings', 'Desk', 'TorrentTask', 'SwarmWork', 'Surroundings', 'Waiters', 'Milestones', 'Dialling'],
  ...['wordsOf', 'textsOf', 'twinOf', 'goOn', 'giveWay', 'letBe', 'ProtocolManager'],
]

/** Files that quote the words, or that are not in English. */
const EXEMPT = /^(?:CONTRIBUTING\.md|scripts\/words(?:\.test)?\.ts|.*\/de(?:\/[^/]+)?\.json)$/
const CHECKED = /\.(?:tsx?|mjs|css|html|md|json|ya?ml)$/

export interface WordViolation {
  readonly line: number
  readonly message: string
}

/** Returns all listed phrases and names in a text, by line. */
export function wordViolations(text: string): WordViolation[] {
  const names = {
    pattern: new RegExp(`\\b(?:${NAMES.join('|')})\\b`, 'g'),
    instead: 'the name that replaced it',
  }
  return [...PHRASES, names]
    .flatMap(({ pattern, instead }) =>
      [...text.matchAll(pattern)].map(match => ({
        line: text.slice(0, match.index).split('\n').length,
        message: `"${match[0].replaceAll(/[\s*/]+/g, ' ').trim()}": write ${instead}`,
      })),
    )
    .sort((a, b) => a.line - b.line)
}

/** Checks all files that git tracks, and new files that it does not ignore. */
export async function checkWords(): Promise<RunResult> {
  const listed = await run('git', ['ls-files', '-co', '--exclude-standard'], { quiet: true })
  if (listed.code !== 0) return { ...listed, code: 0, output: 'not a git checkout' }
  const files = listed.output
    .split('\n')
    .filter(file => CHECKED.test(file) && !EXEMPT.test(file) && file !== 'package-lock.json')
  const found = files.flatMap(file =>
    wordViolations(read(file)).map(({ line, message }) => `${file}:${line}: ${message}\n`),
  )
  return { code: found.length > 0 ? 1 : 0, seconds: listed.seconds, output: found.join('') }
}

/** Returns the text of a tracked file; empty if the file has been deleted. */
function read(file: string): string {
  try {
    return readFileSync(join(ROOT, file), 'utf8')
  } catch {
    return ''
  }
}

if (import.meta.main) {
  const { code, output } = await checkWords()
  process.stdout.write(output)
  process.exitCode = code ?? 1
}
