import { outcomesOf } from './outcomes.ts'

window.outcomes = outcomesOf(new Worker(new URL('./engine-worker.ts', import.meta.url), { type: 'module' }))
