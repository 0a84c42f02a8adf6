/** Texts of the charts. */
export const charts = {
  download: 'Download',
  upload: 'Upload',
  downloaded: 'Downloaded',
  uploaded: 'Uploaded',
  time: 'Time',
  table: 'Table',
  none: 'None',
  others: 'Others',
  nothing: 'Nothing yet',
  reads: (what: string) => `${what}: use the arrow keys to read values`,
  reading: (time: string, down: string, up: string) => `${time}: down ${down}, up ${up}`,
}
