/**
 * A typed event emitter. `Events` maps each event's name to the tuple of its arguments. Listeners
 * run synchronously inside `emit`, in the order in which they were added.
 */
export class Emitter<Events extends Record<keyof Events, unknown[]>> {
  #listeners: Map<keyof Events, Set<unknown>> | undefined

  /** Adds a listener. Returns a function that removes it. */
  on<Name extends keyof Events>(name: Name, listener: (...args: Events[Name]) => void): () => void {
    this.#listeners ??= new Map()
    const set = this.#listeners.get(name) ?? new Set<unknown>()
    this.#listeners.set(name, set.add(listener))
    return () => this.off(name, listener)
  }

  /**
   * Adds a listener that is removed before its first call. Returns a function that removes it
   * earlier.
   */
  once<Name extends keyof Events>(name: Name, listener: (...args: Events[Name]) => void): () => void {
    const off = this.on(name, (...args) => {
      off()
      listener(...args)
    })
    return off
  }

  off<Name extends keyof Events>(name: Name, listener: (...args: Events[Name]) => void): void {
    this.#listeners?.get(name)?.delete(listener)
  }

  protected emit<Name extends keyof Events>(name: Name, ...args: Events[Name]): void {
    const set = this.#listeners?.get(name)
    if (!set) return
    for (const listener of [...set]) (listener as (...args: Events[Name]) => void)(...args)
  }

  protected hasListeners(name: keyof Events): boolean {
    return (this.#listeners?.get(name)?.size ?? 0) > 0
  }
}
