/** Process started by `seeder-apart.ts`: a seed controlled through its standard streams. */
import { answerJsonLines } from './json-lines.ts'
import { Seeder, type SeedOptions } from './seeder.ts'

const seeder = await Seeder.start()

answerJsonLines({
  seed: ({ path, trackers, options }: { path: string; trackers: readonly string[]; options: SeedOptions }) =>
    seeder.seed(path, trackers, options),
})
