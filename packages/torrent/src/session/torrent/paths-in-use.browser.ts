/** Nobody else stores files where a page does. */
export class PathsInUse {
  release(): void {}
}
