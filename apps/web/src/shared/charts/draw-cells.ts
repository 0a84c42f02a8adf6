import { readColour } from '../theme/theme.ts'
import type { Cell, Grid } from './piece-picture.ts'

/** From this number of peers on, a missing piece is drawn with the maximum availability. */
const PLENTY = 8

/**
 * Draws the cells at the resolution of the screen. A cell with several pieces is filled from below
 * by the downloaded part.
 */
export function drawCells(
  canvas: HTMLCanvasElement,
  cells: readonly Cell[],
  grid: Grid,
  { read, plain }: { read: number | null; plain: boolean },
): void {
  const step = grid.sizePixels + grid.gapPixels
  const width = grid.columns * step - grid.gapPixels
  const height = grid.rows * step - grid.gapPixels
  const scale = devicePixelRatio || 1
  canvas.width = Math.round(width * scale)
  canvas.height = Math.round(height * scale)
  canvas.style.width = `${width}px`
  canvas.style.height = `${height}px`
  const context = canvas.getContext('2d')
  if (!context) return
  context.scale(scale, scale)
  const colours = coloursFor(canvas)
  for (const [index, cell] of cells.entries()) {
    const x = (index % grid.columns) * step
    const y = Math.floor(index / grid.columns) * step
    drawCell(context, cell, { x, y, size: grid.sizePixels }, { ...colours, plain })
    if (index === read) outline(context, x, y, grid.sizePixels, colours.text)
  }
}

interface Colours {
  readonly have: string
  readonly missing: string
  readonly unavailable: string
  readonly track: string
  readonly text: string
}

function coloursFor(canvas: HTMLCanvasElement): Colours {
  const parent = canvas.parentElement ?? document.body
  return {
    have: readColour(parent, '--accent'),
    missing: readColour(parent, '--up'),
    unavailable: readColour(parent, '--bad'),
    track: readColour(parent, '--track'),
    text: readColour(parent, '--text'),
  }
}

interface Place {
  readonly x: number
  readonly y: number
  readonly size: number
}

function drawCell(
  context: CanvasRenderingContext2D,
  cell: Cell,
  { x, y, size }: Place,
  colours: Colours & { readonly plain: boolean },
): void {
  const fill = (colour: string, alpha: number, top = 0) => {
    context.globalAlpha = alpha
    context.fillStyle = colour
    context.fillRect(x, y + top, size, size - top)
  }
  if (cell.rarest !== null) {
    fill(colours.track, 1)
    if (cell.rarest === 0 && !colours.plain) drawAbsent(context, { x, y, size }, colours.unavailable)
    else if (!colours.plain) fill(colours.missing, 0.1 + 0.32 * Math.min(1, cell.rarest / PLENTY))
  }
  const share = cell.have / (cell.end - cell.first)
  if (share > 0) fill(colours.have, 1, size - Math.max(1, Math.round(size * share)))
  context.globalAlpha = 1
}

/** Marks unavailable pieces by shape as well as by colour. */
function drawAbsent(context: CanvasRenderingContext2D, { x, y, size }: Place, colour: string): void {
  context.globalAlpha = 1
  context.fillStyle = colour
  const inset = Math.max(1, Math.round(size * 0.3))
  context.fillRect(x + inset, y + inset, size - 2 * inset, size - 2 * inset)
}

function outline(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  size: number,
  colour: string,
): void {
  context.strokeStyle = colour
  context.lineWidth = 1.5
  context.strokeRect(x + 0.75, y + 0.75, size - 1.5, size - 1.5)
}
