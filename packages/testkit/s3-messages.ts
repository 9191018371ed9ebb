import { randomUUID } from 'node:crypto';

const TIME = '2026-01-02T03:04:05.000Z';

/** A message of S3 about one object, as a queue gets it: Amazon S3 user guide, "Event message structure". */
export function notification(eventName: string, key: string, bucket = 'docs'): string {
  return JSON.stringify({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'eu-central-1',
        eventTime: TIME,
        eventName,
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'freshet',
          bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
          object: { key: formEncode(key), size: 1, versionId: 'v1', sequencer: '0055AED6DCD90281E5' },
        },
      },
    ],
  });
}

/** The same of EventBridge: Amazon S3 user guide, "EventBridge event message structure". */
export function eventBridge(detailType: string, key: string, bucket = 'docs'): string {
  return JSON.stringify({
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source: 'aws.s3',
    account: '000000000000',
    time: TIME,
    region: 'eu-central-1',
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: { key, size: 1, sequencer: '00617F08299329D189' },
    },
  });
}

/** A message in an envelope of SNS, as a queue gets it without raw delivery. */
export function sns(message: string): string {
  return JSON.stringify({
    Type: 'Notification',
    MessageId: randomUUID(),
    TopicArn: 'arn:aws:sns:eu-central-1:000000000000:docs',
    Subject: 'Amazon S3 Notification',
    Message: message,
    Timestamp: TIME,
  });
}

/** A key as a notification carries it: `+` for a space, and all that is no letter of a URL percent-encoded. */
export function formEncode(key: string): string {
  return encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
}
