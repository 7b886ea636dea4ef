/** The SQLSTATEs that this folder reacts to; appendix A of the PostgreSQL manual. */
export const SQLSTATE = {
  objectInUse: '55006',
  notInPrerequisiteState: '55000',
  undefinedObject: '42704',
  cannotConnectNow: '57P03',
} as const;
