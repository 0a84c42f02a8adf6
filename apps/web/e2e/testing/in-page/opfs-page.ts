import { outcomesOf } from './outcomes.ts'

window.outcomes = outcomesOf(new Worker(new URL('./opfs-worker.ts', import.meta.url), { type: 'module' }))
