import { monitorEventLoopDelay } from 'node:perf_hooks'
import { counter, type Family, gauge, samplesBy } from './families.ts'

const RESOLUTION_MS = 20

/** Measures the resources used by the process and the event loop delay, until closed. */
export class ProcessMetrics {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })

  constructor() {
    this.#delay.enable()
  }

  families(): Family[] {
    const memory = process.memoryUsage()
    const { user, system } = process.cpuUsage()
    const families = [
      gauge('process_resident_memory_bytes', 'Resident memory of the process.', memory.rss),
      gauge('process_heap_used_bytes', "JavaScript's heap in use.", memory.heapUsed),
      gauge('process_heap_total_bytes', "JavaScript's heap.", memory.heapTotal),
      gauge('process_external_memory_bytes', 'Memory outside the heap, such as buffers.', memory.external),
      gauge(
        'process_open_handles',
        'Sockets, timers and requests of the event loop.',
        process.getActiveResourcesInfo().length,
      ),
      gauge(
        'process_start_time_seconds',
        'Start of the process, in seconds since the Unix epoch.',
        Date.now() / 1000 - process.uptime(),
      ),
      counter('process_cpu_seconds_total', 'CPU time used.', (user + system) / 1e6),
      this.#lag(),
    ]
    this.#delay.reset()
    return families
  }

  close(): void {
    this.#delay.disable()
  }

  #lag(): Family {
    // A sample is the time between two ticks of the sampler itself.
    const seconds = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000) || 0
    const at = (percentile: number) => seconds(this.#delay.percentile(percentile))
    return gauge(
      'event_loop_lag_seconds',
      'Delay of event loop timers since the last scrape.',
      samplesBy('quantile', { '0.5': at(50), '0.95': at(95), '0.99': at(99), '1': at(100) }),
    )
  }
}
