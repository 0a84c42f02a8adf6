/** Pages have no UDP. */
export class PunchedHoles {
  dialed(): void {}

  invited(): boolean {
    return false
  }

  has(): boolean {
    return false
  }
}
