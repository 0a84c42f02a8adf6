/** Pages do not super-seed (BEP 16): they are rarely the first seed of a torrent that many want at once. */
export class SuperSeeder {
  readonly isActive = false
  optionChanged(): void {}
  piecesChanged(): void {}
  gained(): void {}
  interestChanged(): void {}
  gone(): void {}
  tick(): void {}
}
