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
  reads: (what: string) => `${what}: arrow keys read it`,
  reading: (time: string, down: string, up: string) => `${time}: down ${down}, up ${up}`,
}
