/**
 * A seed and many leeches with equal uplinks, in virtual time, compared with the theoretical
 * minimum. There is no rival.
 */
import { type FlashCrowd, flashCrowd } from '../sim/flash-crowd.ts'
import type { BenchOptions, Section } from './bench.ts'
import { against } from './statistics.ts'

const GOAL = 1.25

export async function run({ quick, log }: BenchOptions): Promise<Section[]> {
  const crowds: FlashCrowd[] = []
  for (const leeches of quick ? [10] : [10, 100, 1000]) {
    log(`flash crowd of ${leeches}`)
    crowds.push(await flashCrowd(leeches))
  }
  return [
    {
      title: 'Flash crowd: one seed, leeches with equal uplinks, in virtual time',
      columns: [
        'leeches',
        'pieces',
        'last one complete',
        'to the bound',
        'first copy out',
        'copies from the seed',
        'in vain',
      ],
      rows: crowds.map(crowd => [
        String(crowd.leeches),
        String(crowd.pieces),
        `${crowd.seconds.toFixed(1)} s`,
        `${ratioOf(crowd).toFixed(2)} x`,
        `${(crowd.firstCopySeconds / crowd.boundSeconds).toFixed(2)} x`,
        crowd.copiesFromSeed.toFixed(2),
        `${(100 * crowd.waste).toFixed(1)} %`,
      ]),
      goals: crowds.map(crowd =>
        against(`${crowd.leeches} leeches, to the bound`, ratioOf(crowd), GOAL, 'most'),
      ),
      runs: { crowds },
    },
  ]
}

function ratioOf({ seconds, boundSeconds }: FlashCrowd): number {
  return seconds / boundSeconds
}
