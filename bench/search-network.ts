/** The network's search and the renewal of keys, in virtual time. There is no rival. */
import { type QueryOutcome, searchSimulation } from '../sim/network-search.ts'
import { renewalSimulation } from '../sim/renewal.ts'
import type { BenchOptions, Section } from './bench.ts'
import { against, median } from './statistics.ts'

const ENTRIES = 1_000_000
/** Maximum number of entries that the index nodes of a word store. */
const KEPT = 2000

export async function run({ quick, log }: BenchOptions): Promise<Section[]> {
  const [nodes, entries, queries] = quick ? [200, 5000, 2] : [1000, ENTRIES, 12]
  log(`search among ${entries} entries`)
  const outcomes = await searchSimulation({
    ...{ nodes, entries, queries, seed: 1, hostilePart: 0.2, latencyMs: 80 },
  })
  log('renewal')
  const renewal = await renewalSimulation(quick ? 100 : 1000, quick ? 1000 : 100_000)
  const rare = outcomes.filter(({ rarest }) => rarest <= 500)
  const frequent = outcomes.filter(({ rarest, words }) => rarest > 500 && words.length === 1)
  const pairs = outcomes.filter(({ rarest, words }) => rarest > 500 && rarest <= KEPT && words.length > 1)
  const partial = outcomes.filter(({ rarest, words }) => rarest > KEPT && words.length > 1)
  const kinds: [string, readonly QueryOutcome[]][] = [
    ['rarest word in at most 500 entries', rare],
    ['one word in more than 500', frequent],
    [`several words, the rarest in 501 to ${KEPT}`, pairs],
    [`several words, all in more than ${KEPT}`, partial],
  ]
  const sum = (of: (outcome: QueryOutcome) => number) => outcomes.reduce((total, each) => total + of(each), 0)
  return [
    {
      title: `Search of the network: ${nodes} nodes, ${entries} entries, one word in 20 % of them, 80 ms, 20 % hostile nodes`,
      columns: [
        'queries',
        'number',
        'messages, median',
        'most',
        'time, median',
        'longest',
        'recall',
        'first page',
      ],
      rows: kinds.map(([name, each]) => [
        name,
        String(each.length),
        median(each.map(({ messages }) => messages)).toFixed(0),
        String(Math.max(0, ...each.map(({ messages }) => messages))),
        `${median(each.map(({ ms }) => ms)).toFixed(0)} ms`,
        `${Math.max(0, ...each.map(({ ms }) => ms))} ms`,
        percent(mean(each.map(({ recall }) => recall))),
        percent(mean(each.map(({ pageRecall }) => pageRecall))),
      ]),
      goals: [
        against(
          'Messages of a query, at most',
          Math.max(...outcomes.map(each => each.messages)),
          60,
          'most',
          '',
        ),
        against('Time of a query, median', median(outcomes.map(({ ms }) => ms)), 2000, 'most', ' ms'),
        against(
          'Recall, rarest word in at most 500',
          mean(rare.map(({ recall }) => recall)),
          0.95,
          'least',
          '',
        ),
        against(
          'True top 20 found, other single words',
          mean(frequent.map(each => each.pageRecall)),
          0.9,
          'least',
          '',
        ),
        against(
          'Right answers pushed off the first page',
          sum(each => each.pushedOff),
          0,
          'most',
          '',
        ),
        against(
          'Spam above a right answer',
          sum(each => each.spamAbove),
          0,
          'most',
          '',
        ),
      ],
      runs: { queries: outcomes },
    },
    {
      title: `Renewal: ${renewal.keys} keys in a network of ${renewal.nodes} nodes, over a day`,
      columns: ['regions', 'requests per second', 'most in ten minutes', 'nodes of the region reached'],
      rows: [
        [
          String(renewal.regions),
          renewal.requestsPerSecond.toFixed(3),
          renewal.mostPerSecond.toFixed(2),
          percent(renewal.reached),
        ],
      ],
      goals: [against('Requests per second', renewal.requestsPerSecond, 5, 'most', '')],
      runs: { renewal: [renewal] },
    },
  ]
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length
}

function percent(part: number): string {
  return Number.isNaN(part) ? '–' : `${(100 * part).toFixed(1)} %`
}
