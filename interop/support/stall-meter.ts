/** Sampling interval of the event loop. */
const EVERY_MS = 5

/** Measures how long the event loop of this thread runs other work without a turn for a timer. */
export class StallMeter {
  #longestMs = 0
  #longestCpuMs = 0
  #lastMs = performance.now()
  #lastCpuMs = threadCpuMs()
  readonly #timer = setInterval(() => this.#look(), EVERY_MS)

  /**
   * Ends the measurement. `longestMs`: elapsed time, `longestCpuMs`: processor time of this thread
   * between two turns of the timer.
   */
  stop(): { longestMs: number; longestCpuMs: number } {
    clearInterval(this.#timer)
    this.#look()
    return { longestMs: this.#longestMs, longestCpuMs: this.#longestCpuMs }
  }

  #look(): void {
    const [nowMs, cpuMs] = [performance.now(), threadCpuMs()]
    this.#longestMs = Math.max(this.#longestMs, nowMs - this.#lastMs)
    this.#longestCpuMs = Math.max(this.#longestCpuMs, cpuMs - this.#lastCpuMs)
    this.#lastMs = nowMs
    this.#lastCpuMs = cpuMs
  }
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
