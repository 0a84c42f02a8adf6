export { counter, type Family, gauge, type Sample, samplesBy } from './families.ts'
export { ProcessMetrics } from './process-metrics.ts'
export { formatMetrics, METRICS_TYPE } from './text-format.ts'
