/** Regions by their form, since AWS adds new ones: one becomes part of a host name. */
export const REGION = /^[a-z]{2,8}(-[a-z0-9]{1,16}){1,3}-\d{1,2}$/;

interface Partition {
  region: RegExp;
  suffix: string;
  /** IAM has one address for all regions of a partition. */
  iam: readonly [host: string, region: string];
}

/** By the name in an ARN. A region that none of them knows is asked at the first. */
export const PARTITIONS: Readonly<Record<string, Partition>> = {
  aws: { region: /^(?!)/, suffix: 'amazonaws.com', iam: ['iam', 'us-east-1'] },
  'aws-cn': { region: /^cn-/, suffix: 'amazonaws.com.cn', iam: ['iam.cn-north-1', 'cn-north-1'] },
  'aws-us-gov': { region: /^us-gov-/, suffix: 'amazonaws.com', iam: ['iam.us-gov', 'us-gov-west-1'] },
  'aws-eusc': { region: /^eusc-/, suffix: 'amazonaws.eu', iam: ['iam.eusc-de-east-1', 'eusc-de-east-1'] },
  'aws-iso': { region: /^us-iso-/, suffix: 'c2s.ic.gov', iam: ['iam.us-iso-east-1', 'us-iso-east-1'] },
  'aws-iso-b': {
    region: /^us-isob-/,
    suffix: 'sc2s.sgov.gov',
    iam: ['iam.us-isob-east-1', 'us-isob-east-1'],
  },
  'aws-iso-e': {
    region: /^eu-isoe-/,
    suffix: 'cloud.adc-e.uk',
    iam: ['iam.eu-isoe-west-1', 'eu-isoe-west-1'],
  },
  'aws-iso-f': {
    region: /^us-isof-/,
    suffix: 'csp.hci.ic.gov',
    iam: ['iam.us-isof-south-1', 'us-isof-south-1'],
  },
};

/** Where AWS ends in that region. */
export const suffixOf = (region: string): string =>
  Object.values(PARTITIONS).find((one) => one.region.test(region))?.suffix ?? 'amazonaws.com';
