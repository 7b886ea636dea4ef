// @ts-nocheck
// Generated from schema/plan.schema.json by `npm run generate`. Do not edit.
/** The first thing that is wrong with a plan according to the schema. */
export function planSchemaError(document: unknown): { path: string; message: string } | undefined {
  if (validate20(document)) return undefined;
  const [error] = validate20.errors;
  return { path: error.instancePath, message: error.message ?? error.keyword };
}

const schema31 = {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"A plan of lenkwerk","description":"What `lenkwerk plan --json` prints and `--out` writes: every change that an apply would make, and what it was computed from.","type":"object","additionalProperties":false,"required":["formatVersion","toolVersion","cluster","gitCommit","base","boundaries","partial","unmanaged","notices","changes","summary","desired"],"properties":{"formatVersion":{"const":1,"description":"Raised when the meaning of a plan changes; readers refuse any other number."},"toolVersion":{"type":"string","description":"The version of lenkwerk that computed the plan."},"cluster":{"type":"object","additionalProperties":false,"required":["database","id"],"properties":{"database":{"type":"string","description":"Name of the Lenkwerk database."},"id":{"type":"string","description":"The uuid of the cluster, created by `lenkwerk init`."}}},"gitCommit":{"type":["string","null"],"description":"The commit of the repository of the manifests, null outside of one."},"revertOf":{"type":"string","pattern":"^[1-9][0-9]{0,17}$","description":"The apply whose desired state `lenkwerk revert` plans again; absent in any other plan."},"setStatus":{"type":"object","description":"What `lenkwerk instance set-status` was asked for, in place of manifests; absent in any other plan.","additionalProperties":false,"required":["status","instances","override"],"properties":{"status":{"enum":["offline","read-only","write-only","online"]},"instances":{"type":"array","items":{"type":"string"},"description":"Their names, as host:port."},"override":{"type":"boolean","description":"Also where manifests manage the status."}}},"base":{"type":"string","pattern":"^sha256:[0-9a-f]{64}$","description":"Fingerprint of the recorded tables that the plan starts from."},"boundaries":{"type":"object","description":"When changes of dimensions and indexes take effect; null outside of production: at once.","additionalProperties":false,"required":["production","dimensions","indexes"],"properties":{"production":{"type":"boolean"},"dimensions":{"oneOf":[{"$ref":"#/$defs/timestamp"},{"type":"null"}]},"indexes":{"oneOf":[{"$ref":"#/$defs/timestamp"},{"type":"null"}]}}},"partial":{"description":"Which part of the changes the plan holds; null: all of them.","oneOf":[{"$ref":"#/$defs/partial"},{"type":"null"}]},"unmanaged":{"type":"array","description":"Sections that no manifest names.","items":{"type":"object","additionalProperties":false,"required":["section","recorded"],"properties":{"section":{"enum":["config","instances","dimensions","indexes","servermap"]},"recorded":{"type":"integer","minimum":0,"description":"Number of recorded resources."}}}},"notices":{"type":"array","items":{"type":"string"},"description":"What a reviewer should know although nothing changes."},"changes":{"type":"array","description":"In the order of execution.","items":{"$ref":"#/$defs/change"}},"summary":{"type":"object","additionalProperties":false,"required":["add","change","expire","delete"],"properties":{"add":{"type":"integer","minimum":0,"description":"Created and revived."},"change":{"type":"integer","minimum":0},"expire":{"type":"integer","minimum":0},"delete":{"type":"integer","minimum":0}}},"desired":{"type":"string","minLength":1,"description":"The desired state of the plan, as the text of one manifest."}},"$defs":{"partial":{"type":"object","additionalProperties":false,"required":["targets","excludes","leftOut"],"properties":{"targets":{"type":"array","items":{"type":"string"},"description":"Patterns on addresses; none: everything that is not excluded."},"excludes":{"type":"array","items":{"type":"string"}},"leftOut":{"type":"integer","minimum":0,"description":"Number of changes that the plan does not hold."}}},"timestamp":{"type":"string","pattern":"^(-?infinity|\\d{4,}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d+)?( BC)?)$","description":"timestamp without time zone in UTC, as PostgreSQL writes it"},"sourcePlace":{"type":"object","description":"Where the manifest asks for the change.","additionalProperties":false,"required":["file","line","column"],"properties":{"file":{"type":"string","description":"The path as it was given."},"line":{"type":"integer","minimum":1},"column":{"type":"integer","minimum":1},"was":{"$ref":"#/$defs/sourcePlace","description":"What an override at this place replaces."}}},"danger":{"enum":["delete:instance","delete:config","expire:dimension","expire:index","reorder:dimension","copies:offline","copies:same-host","servermap:drops-data","deletes:many","store:redirect","expression:unvetted","node:command"],"description":"Refused by apply unless it is allowed by name."},"instance":{"type":"object","additionalProperties":false,"required":["host","port","username","status"],"properties":{"id":{"type":"integer","description":"Absent until the row exists."},"host":{"type":"string","description":"Host name."},"port":{"type":"integer","minimum":1,"maximum":65535},"username":{"type":"string","description":"The user that connects to the instance."},"status":{"enum":["offline","read-only","write-only","online"]}}},"dimension":{"type":"object","additionalProperties":false,"required":["field","default","ordinality","validFrom","validUntil"],"properties":{"id":{"type":"integer","description":"Absent until the row exists."},"field":{"type":"string","description":"As recorded, or as it will be recorded."},"default":{"type":["string","null"]},"ordinality":{"type":"integer"},"validFrom":{"$ref":"#/$defs/timestamp"},"validUntil":{"$ref":"#/$defs/timestamp"}}},"index":{"type":"object","additionalProperties":false,"required":["name","method","tablespace","validFrom","validUntil"],"properties":{"id":{"type":"integer","description":"Absent until the row exists."},"name":{"type":"string","description":"Index name."},"method":{"type":"string","description":"Access method."},"tablespace":{"type":"string","description":"Tablespace."},"validFrom":{"$ref":"#/$defs/timestamp"},"validUntil":{"$ref":"#/$defs/timestamp"}}},"index-field":{"type":"object","additionalProperties":false,"required":["index","ordinality","expression","validFrom","validUntil"],"properties":{"id":{"type":"integer","description":"Absent until the row exists."},"index":{"type":"string","description":"The name of the index."},"ordinality":{"type":"integer"},"expression":{"type":"string","description":"SQL expression over the column data."},"validFrom":{"$ref":"#/$defs/timestamp"},"validUntil":{"$ref":"#/$defs/timestamp"}}},"config":{"type":"object","additionalProperties":false,"required":["key","value"],"properties":{"id":{"type":"integer","description":"Absent until the row exists."},"key":{"type":"string","description":"Configuration key."},"value":{"type":"string","description":"JSON text, numbers as they were written."}}},"servermap":{"oneOf":[{"type":"object","additionalProperties":false,"required":["algorithm","entries"],"properties":{"algorithm":{"const":"ring"},"entries":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["key","schaufel","copies"],"properties":{"key":{"type":"string","description":"host_port, the key of the entry."},"schaufel":{"type":"string","description":"host:port of the instance that takes new data."},"copies":{"type":"array","items":{"type":"string"},"description":"host:port of each copy."}}}}}},{"type":"object","additionalProperties":false,"required":["algorithm","map"],"properties":{"algorithm":{"const":"literal"},"map":{"type":"string","description":"JSON text."}}}]},"change":{"type":"object","additionalProperties":false,"required":["kind","address","action","before","after","reason","source","dangers"],"properties":{"kind":{"enum":["instance","dimension","index","index-field","config","servermap"]},"address":{"type":"string","description":"instance/host:port, dimension//pointer, index/name, index/name/field/0, config/key or servermap."},"action":{"enum":["create","update","delete","expire","revive"]},"before":{"description":"null: the row does not exist yet."},"after":{"description":"null: the row is deleted."},"reason":{"type":"string","description":"One sentence for the reviewer."},"source":{"oneOf":[{"$ref":"#/$defs/sourcePlace"},{"type":"null"}],"description":"null for what left the manifests."},"dangers":{"type":"array","uniqueItems":true,"items":{"$ref":"#/$defs/danger"}}},"oneOf":[{"properties":{"kind":{"const":"instance"},"before":{"oneOf":[{"$ref":"#/$defs/instance"},{"type":"null"}]},"after":{"oneOf":[{"$ref":"#/$defs/instance"},{"type":"null"}]}}},{"properties":{"kind":{"const":"dimension"},"before":{"oneOf":[{"$ref":"#/$defs/dimension"},{"type":"null"}]},"after":{"oneOf":[{"$ref":"#/$defs/dimension"},{"type":"null"}]}}},{"properties":{"kind":{"const":"index"},"before":{"oneOf":[{"$ref":"#/$defs/index"},{"type":"null"}]},"after":{"oneOf":[{"$ref":"#/$defs/index"},{"type":"null"}]}}},{"properties":{"kind":{"const":"index-field"},"before":{"oneOf":[{"$ref":"#/$defs/index-field"},{"type":"null"}]},"after":{"oneOf":[{"$ref":"#/$defs/index-field"},{"type":"null"}]}}},{"properties":{"kind":{"const":"config"},"before":{"oneOf":[{"$ref":"#/$defs/config"},{"type":"null"}]},"after":{"oneOf":[{"$ref":"#/$defs/config"},{"type":"null"}]}}},{"properties":{"kind":{"const":"servermap"},"before":{"oneOf":[{"$ref":"#/$defs/servermap"},{"type":"null"}]},"after":{"oneOf":[{"$ref":"#/$defs/servermap"},{"type":"null"}]}}}]}}};
const schema32 = {"type":"string","pattern":"^(-?infinity|\\d{4,}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d+)?( BC)?)$","description":"timestamp without time zone in UTC, as PostgreSQL writes it"};
const schema34 = {"type":"object","additionalProperties":false,"required":["targets","excludes","leftOut"],"properties":{"targets":{"type":"array","items":{"type":"string"},"description":"Patterns on addresses; none: everything that is not excluded."},"excludes":{"type":"array","items":{"type":"string"}},"leftOut":{"type":"integer","minimum":0,"description":"Number of changes that the plan does not hold."}}};
const func1 = Object.prototype.hasOwnProperty;
const func3 = (text) => [...text].length;
const pattern4 = new RegExp("^[1-9][0-9]{0,17}$", "u");
const pattern5 = new RegExp("^sha256:[0-9a-f]{64}$", "u");
const pattern6 = new RegExp("^(-?infinity|\\d{4,}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d+)?( BC)?)$", "u");
const schema35 = {"type":"object","additionalProperties":false,"required":["kind","address","action","before","after","reason","source","dangers"],"properties":{"kind":{"enum":["instance","dimension","index","index-field","config","servermap"]},"address":{"type":"string","description":"instance/host:port, dimension//pointer, index/name, index/name/field/0, config/key or servermap."},"action":{"enum":["create","update","delete","expire","revive"]},"before":{"description":"null: the row does not exist yet."},"after":{"description":"null: the row is deleted."},"reason":{"type":"string","description":"One sentence for the reviewer."},"source":{"oneOf":[{"$ref":"#/$defs/sourcePlace"},{"type":"null"}],"description":"null for what left the manifests."},"dangers":{"type":"array","uniqueItems":true,"items":{"$ref":"#/$defs/danger"}}},"oneOf":[{"properties":{"kind":{"const":"instance"},"before":{"oneOf":[{"$ref":"#/$defs/instance"},{"type":"null"}]},"after":{"oneOf":[{"$ref":"#/$defs/instance"},{"type":"null"}]}}},{"properties":{"kind":{"const":"dimension"},"before":{"oneOf":[{"$ref":"#/$defs/dimension"},{"type":"null"}]},"after":{"oneOf":[{"$ref":"#/$defs/dimension"},{"type":"null"}]}}},{"properties":{"kind":{"const":"index"},"before":{"oneOf":[{"$ref":"#/$defs/index"},{"type":"null"}]},"after":{"oneOf":[{"$ref":"#/$defs/index"},{"type":"null"}]}}},{"properties":{"kind":{"const":"index-field"},"before":{"oneOf":[{"$ref":"#/$defs/index-field"},{"type":"null"}]},"after":{"oneOf":[{"$ref":"#/$defs/index-field"},{"type":"null"}]}}},{"properties":{"kind":{"const":"config"},"before":{"oneOf":[{"$ref":"#/$defs/config"},{"type":"null"}]},"after":{"oneOf":[{"$ref":"#/$defs/config"},{"type":"null"}]}}},{"properties":{"kind":{"const":"servermap"},"before":{"oneOf":[{"$ref":"#/$defs/servermap"},{"type":"null"}]},"after":{"oneOf":[{"$ref":"#/$defs/servermap"},{"type":"null"}]}}}]};
const schema36 = {"type":"object","additionalProperties":false,"required":["host","port","username","status"],"properties":{"id":{"type":"integer","description":"Absent until the row exists."},"host":{"type":"string","description":"Host name."},"port":{"type":"integer","minimum":1,"maximum":65535},"username":{"type":"string","description":"The user that connects to the instance."},"status":{"enum":["offline","read-only","write-only","online"]}}};
const schema47 = {"type":"object","additionalProperties":false,"required":["key","value"],"properties":{"id":{"type":"integer","description":"Absent until the row exists."},"key":{"type":"string","description":"Configuration key."},"value":{"type":"string","description":"JSON text, numbers as they were written."}}};
const schema49 = {"oneOf":[{"type":"object","additionalProperties":false,"required":["algorithm","entries"],"properties":{"algorithm":{"const":"ring"},"entries":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["key","schaufel","copies"],"properties":{"key":{"type":"string","description":"host_port, the key of the entry."},"schaufel":{"type":"string","description":"host:port of the instance that takes new data."},"copies":{"type":"array","items":{"type":"string"},"description":"host:port of each copy."}}}}}},{"type":"object","additionalProperties":false,"required":["algorithm","map"],"properties":{"algorithm":{"const":"literal"},"map":{"type":"string","description":"JSON text."}}}]};
const schema52 = {"enum":["delete:instance","delete:config","expire:dimension","expire:index","reorder:dimension","copies:offline","copies:same-host","servermap:drops-data","deletes:many","store:redirect","expression:unvetted","node:command"],"description":"Refused by apply unless it is allowed by name."};
const schema38 = {"type":"object","additionalProperties":false,"required":["field","default","ordinality","validFrom","validUntil"],"properties":{"id":{"type":"integer","description":"Absent until the row exists."},"field":{"type":"string","description":"As recorded, or as it will be recorded."},"default":{"type":["string","null"]},"ordinality":{"type":"integer"},"validFrom":{"$ref":"#/$defs/timestamp"},"validUntil":{"$ref":"#/$defs/timestamp"}}};

function validate22(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate22.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if((((((data.field === undefined) && (missing0 = "field")) || ((data.default === undefined) && (missing0 = "default"))) || ((data.ordinality === undefined) && (missing0 = "ordinality"))) || ((data.validFrom === undefined) && (missing0 = "validFrom"))) || ((data.validUntil === undefined) && (missing0 = "validUntil"))){
validate22.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
const _errs1 = errors;
for(const key0 in data){
if(!((((((key0 === "id") || (key0 === "field")) || (key0 === "default")) || (key0 === "ordinality")) || (key0 === "validFrom")) || (key0 === "validUntil"))){
validate22.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.id !== undefined){
let data0 = data.id;
const _errs2 = errors;
if(!(((typeof data0 == "number") && (!(data0 % 1) && !isNaN(data0))) && (isFinite(data0)))){
validate22.errors = [{instancePath:instancePath+"/id",schemaPath:"#/properties/id/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.field !== undefined){
const _errs4 = errors;
if(typeof data.field !== "string"){
validate22.errors = [{instancePath:instancePath+"/field",schemaPath:"#/properties/field/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.default !== undefined){
let data2 = data.default;
const _errs6 = errors;
if((typeof data2 !== "string") && (data2 !== null)){
validate22.errors = [{instancePath:instancePath+"/default",schemaPath:"#/properties/default/type",keyword:"type",params:{type: schema38.properties.default.type},message:"must be string,null"}];
return false;
}
var valid0 = _errs6 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.ordinality !== undefined){
let data3 = data.ordinality;
const _errs8 = errors;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
validate22.errors = [{instancePath:instancePath+"/ordinality",schemaPath:"#/properties/ordinality/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
var valid0 = _errs8 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.validFrom !== undefined){
let data4 = data.validFrom;
const _errs10 = errors;
const _errs11 = errors;
if(errors === _errs11){
if(typeof data4 === "string"){
if(!pattern6.test(data4)){
validate22.errors = [{instancePath:instancePath+"/validFrom",schemaPath:"#/$defs/timestamp/pattern",keyword:"pattern",params:{pattern: "^(-?infinity|\\d{4,}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d+)?( BC)?)$"},message:"must match pattern \""+"^(-?infinity|\\d{4,}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d+)?( BC)?)$"+"\""}];
return false;
}
}
else {
validate22.errors = [{instancePath:instancePath+"/validFrom",schemaPath:"#/$defs/timestamp/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs10 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.validUntil !== undefined){
let data5 = data.validUntil;
const _errs13 = errors;
const _errs14 = errors;
if(errors === _errs14){
if(typeof data5 === "string"){
if(!pattern6.test(data5)){
validate22.errors = [{instancePath:instancePath+"/validUntil",schemaPath:"#/$defs/timestamp/pattern",keyword:"pattern",params:{pattern: "^(-?infinity|\\d{4,}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d+)?( BC)?)$"},message:"must match pattern \""+"^(-?infinity|\\d{4,}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d+)?( BC)?)$"+"\""}];
return false;
}
}
else {
validate22.errors = [{instancePath:instancePath+"/validUntil",schemaPath:"#/$defs/timestamp/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs13 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
}
}
}
else {
validate22.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate22.errors = vErrors;
return errors === 0;
}
validate22.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema41 = {"type":"object","additionalProperties":false,"required":["name","method","tablespace","validFrom","validUntil"],"properties":{"id":{"type":"integer","description":"Absent until the row exists."},"name":{"type":"string","description":"Index name."},"method":{"type":"string","description":"Access method."},"tablespace":{"type":"string","description":"Tablespace."},"validFrom":{"$ref":"#/$defs/timestamp"},"validUntil":{"$ref":"#/$defs/timestamp"}}};

function validate25(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate25.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if((((((data.name === undefined) && (missing0 = "name")) || ((data.method === undefined) && (missing0 = "method"))) || ((data.tablespace === undefined) && (missing0 = "tablespace"))) || ((data.validFrom === undefined) && (missing0 = "validFrom"))) || ((data.validUntil === undefined) && (missing0 = "validUntil"))){
validate25.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
const _errs1 = errors;
for(const key0 in data){
if(!((((((key0 === "id") || (key0 === "name")) || (key0 === "method")) || (key0 === "tablespace")) || (key0 === "validFrom")) || (key0 === "validUntil"))){
validate25.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.id !== undefined){
let data0 = data.id;
const _errs2 = errors;
if(!(((typeof data0 == "number") && (!(data0 % 1) && !isNaN(data0))) && (isFinite(data0)))){
validate25.errors = [{instancePath:instancePath+"/id",schemaPath:"#/properties/id/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.name !== undefined){
const _errs4 = errors;
if(typeof data.name !== "string"){
validate25.errors = [{instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.method !== undefined){
const _errs6 = errors;
if(typeof data.method !== "string"){
validate25.errors = [{instancePath:instancePath+"/method",schemaPath:"#/properties/method/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs6 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.tablespace !== undefined){
const _errs8 = errors;
if(typeof data.tablespace !== "string"){
validate25.errors = [{instancePath:instancePath+"/tablespace",schemaPath:"#/properties/tablespace/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs8 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.validFrom !== undefined){
let data4 = data.validFrom;
const _errs10 = errors;
const _errs11 = errors;
if(errors === _errs11){
if(typeof data4 === "string"){
if(!pattern6.test(data4)){
validate25.errors = [{instancePath:instancePath+"/validFrom",schemaPath:"#/$defs/timestamp/pattern",keyword:"pattern",params:{pattern: "^(-?infinity|\\d{4,}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d+)?( BC)?)$"},message:"must match pattern \""+"^(-?infinity|\\d{4,}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d+)?( BC)?)$"+"\""}];
return false;
}
}
else {
validate25.errors = [{instancePath:instancePath+"/validFrom",schemaPath:"#/$defs/timestamp/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs10 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.validUntil !== undefined){
let data5 = data.validUntil;
const _errs13 = errors;
const _errs14 = errors;
if(errors === _errs14){
if(typeof data5 === "string"){
if(!pattern6.test(data5)){
validate25.errors = [{instancePath:instancePath+"/validUntil",schemaPath:"#/$defs/timestamp/pattern",keyword:"pattern",params:{pattern: "^(-?infinity|\\d{4,}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d+)?( BC)?)$"},message:"must match pattern \""+"^(-?infinity|\\d{4,}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d+)?( BC)?)$"+"\""}];
return false;
}
}
else {
validate25.errors = [{instancePath:instancePath+"/validUntil",schemaPath:"#/$defs/timestamp/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs13 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
}
}
}
else {
validate25.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate25.errors = vErrors;
return errors === 0;
}
validate25.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema44 = {"type":"object","additionalProperties":false,"required":["index","ordinality","expression","validFrom","validUntil"],"properties":{"id":{"type":"integer","description":"Absent until the row exists."},"index":{"type":"string","description":"The name of the index."},"ordinality":{"type":"integer"},"expression":{"type":"string","description":"SQL expression over the column data."},"validFrom":{"$ref":"#/$defs/timestamp"},"validUntil":{"$ref":"#/$defs/timestamp"}}};

function validate28(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate28.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if((((((data.index === undefined) && (missing0 = "index")) || ((data.ordinality === undefined) && (missing0 = "ordinality"))) || ((data.expression === undefined) && (missing0 = "expression"))) || ((data.validFrom === undefined) && (missing0 = "validFrom"))) || ((data.validUntil === undefined) && (missing0 = "validUntil"))){
validate28.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
const _errs1 = errors;
for(const key0 in data){
if(!((((((key0 === "id") || (key0 === "index")) || (key0 === "ordinality")) || (key0 === "expression")) || (key0 === "validFrom")) || (key0 === "validUntil"))){
validate28.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.id !== undefined){
let data0 = data.id;
const _errs2 = errors;
if(!(((typeof data0 == "number") && (!(data0 % 1) && !isNaN(data0))) && (isFinite(data0)))){
validate28.errors = [{instancePath:instancePath+"/id",schemaPath:"#/properties/id/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.index !== undefined){
const _errs4 = errors;
if(typeof data.index !== "string"){
validate28.errors = [{instancePath:instancePath+"/index",schemaPath:"#/properties/index/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.ordinality !== undefined){
let data2 = data.ordinality;
const _errs6 = errors;
if(!(((typeof data2 == "number") && (!(data2 % 1) && !isNaN(data2))) && (isFinite(data2)))){
validate28.errors = [{instancePath:instancePath+"/ordinality",schemaPath:"#/properties/ordinality/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
var valid0 = _errs6 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.expression !== undefined){
const _errs8 = errors;
if(typeof data.expression !== "string"){
validate28.errors = [{instancePath:instancePath+"/expression",schemaPath:"#/properties/expression/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs8 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.validFrom !== undefined){
let data4 = data.validFrom;
const _errs10 = errors;
const _errs11 = errors;
if(errors === _errs11){
if(typeof data4 === "string"){
if(!pattern6.test(data4)){
validate28.errors = [{instancePath:instancePath+"/validFrom",schemaPath:"#/$defs/timestamp/pattern",keyword:"pattern",params:{pattern: "^(-?infinity|\\d{4,}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d+)?( BC)?)$"},message:"must match pattern \""+"^(-?infinity|\\d{4,}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d+)?( BC)?)$"+"\""}];
return false;
}
}
else {
validate28.errors = [{instancePath:instancePath+"/validFrom",schemaPath:"#/$defs/timestamp/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs10 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.validUntil !== undefined){
let data5 = data.validUntil;
const _errs13 = errors;
const _errs14 = errors;
if(errors === _errs14){
if(typeof data5 === "string"){
if(!pattern6.test(data5)){
validate28.errors = [{instancePath:instancePath+"/validUntil",schemaPath:"#/$defs/timestamp/pattern",keyword:"pattern",params:{pattern: "^(-?infinity|\\d{4,}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d+)?( BC)?)$"},message:"must match pattern \""+"^(-?infinity|\\d{4,}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d+)?( BC)?)$"+"\""}];
return false;
}
}
else {
validate28.errors = [{instancePath:instancePath+"/validUntil",schemaPath:"#/$defs/timestamp/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs13 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
}
}
}
else {
validate28.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate28.errors = vErrors;
return errors === 0;
}
validate28.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema51 = {"type":"object","description":"Where the manifest asks for the change.","additionalProperties":false,"required":["file","line","column"],"properties":{"file":{"type":"string","description":"The path as it was given."},"line":{"type":"integer","minimum":1},"column":{"type":"integer","minimum":1},"was":{"$ref":"#/$defs/sourcePlace","description":"What an override at this place replaces."}}};
const wrapper0 = {validate: validate31};

function validate31(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate31.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if((((data.file === undefined) && (missing0 = "file")) || ((data.line === undefined) && (missing0 = "line"))) || ((data.column === undefined) && (missing0 = "column"))){
validate31.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
const _errs1 = errors;
for(const key0 in data){
if(!((((key0 === "file") || (key0 === "line")) || (key0 === "column")) || (key0 === "was"))){
validate31.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.file !== undefined){
const _errs2 = errors;
if(typeof data.file !== "string"){
validate31.errors = [{instancePath:instancePath+"/file",schemaPath:"#/properties/file/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.line !== undefined){
let data1 = data.line;
const _errs4 = errors;
if(!(((typeof data1 == "number") && (!(data1 % 1) && !isNaN(data1))) && (isFinite(data1)))){
validate31.errors = [{instancePath:instancePath+"/line",schemaPath:"#/properties/line/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs4){
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 < 1 || isNaN(data1)){
validate31.errors = [{instancePath:instancePath+"/line",schemaPath:"#/properties/line/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"}];
return false;
}
}
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.column !== undefined){
let data2 = data.column;
const _errs6 = errors;
if(!(((typeof data2 == "number") && (!(data2 % 1) && !isNaN(data2))) && (isFinite(data2)))){
validate31.errors = [{instancePath:instancePath+"/column",schemaPath:"#/properties/column/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs6){
if((typeof data2 == "number") && (isFinite(data2))){
if(data2 < 1 || isNaN(data2)){
validate31.errors = [{instancePath:instancePath+"/column",schemaPath:"#/properties/column/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"}];
return false;
}
}
}
var valid0 = _errs6 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.was !== undefined){
const _errs8 = errors;
if(!(wrapper0.validate(data.was, {instancePath:instancePath+"/was",parentData:data,parentDataProperty:"was",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? wrapper0.validate.errors : vErrors.concat(wrapper0.validate.errors);
errors = vErrors.length;
}
var valid0 = _errs8 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
}
else {
validate31.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate31.errors = vErrors;
return errors === 0;
}
validate31.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const func0 = (a, b) => a === b;

function validate21(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate21.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
const _errs1 = errors;
let valid0 = false;
let passing0 = null;
const _errs2 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.kind !== undefined){
const _errs3 = errors;
if("instance" !== data.kind){
const err0 = {instancePath:instancePath+"/kind",schemaPath:"#/oneOf/0/properties/kind/const",keyword:"const",params:{allowedValue: "instance"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
var valid1 = _errs3 === errors;
}
else {
var valid1 = true;
}
if(valid1){
if(data.before !== undefined){
let data1 = data.before;
const _errs4 = errors;
const _errs5 = errors;
let valid2 = false;
let passing1 = null;
const _errs6 = errors;
const _errs7 = errors;
if(errors === _errs7){
if(data1 && typeof data1 == "object" && !Array.isArray(data1)){
let missing0;
if(((((data1.host === undefined) && (missing0 = "host")) || ((data1.port === undefined) && (missing0 = "port"))) || ((data1.username === undefined) && (missing0 = "username"))) || ((data1.status === undefined) && (missing0 = "status"))){
const err1 = {instancePath:instancePath+"/before",schemaPath:"#/$defs/instance/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
else {
const _errs9 = errors;
for(const key0 in data1){
if(!(((((key0 === "id") || (key0 === "host")) || (key0 === "port")) || (key0 === "username")) || (key0 === "status"))){
const err2 = {instancePath:instancePath+"/before",schemaPath:"#/$defs/instance/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
break;
}
}
if(_errs9 === errors){
if(data1.id !== undefined){
let data2 = data1.id;
const _errs10 = errors;
if(!(((typeof data2 == "number") && (!(data2 % 1) && !isNaN(data2))) && (isFinite(data2)))){
const err3 = {instancePath:instancePath+"/before/id",schemaPath:"#/$defs/instance/properties/id/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
var valid4 = _errs10 === errors;
}
else {
var valid4 = true;
}
if(valid4){
if(data1.host !== undefined){
const _errs12 = errors;
if(typeof data1.host !== "string"){
const err4 = {instancePath:instancePath+"/before/host",schemaPath:"#/$defs/instance/properties/host/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
var valid4 = _errs12 === errors;
}
else {
var valid4 = true;
}
if(valid4){
if(data1.port !== undefined){
let data4 = data1.port;
const _errs14 = errors;
if(!(((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4))) && (isFinite(data4)))){
const err5 = {instancePath:instancePath+"/before/port",schemaPath:"#/$defs/instance/properties/port/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(errors === _errs14){
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 > 65535 || isNaN(data4)){
const err6 = {instancePath:instancePath+"/before/port",schemaPath:"#/$defs/instance/properties/port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
else {
if(data4 < 1 || isNaN(data4)){
const err7 = {instancePath:instancePath+"/before/port",schemaPath:"#/$defs/instance/properties/port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
}
}
var valid4 = _errs14 === errors;
}
else {
var valid4 = true;
}
if(valid4){
if(data1.username !== undefined){
const _errs16 = errors;
if(typeof data1.username !== "string"){
const err8 = {instancePath:instancePath+"/before/username",schemaPath:"#/$defs/instance/properties/username/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
var valid4 = _errs16 === errors;
}
else {
var valid4 = true;
}
if(valid4){
if(data1.status !== undefined){
let data6 = data1.status;
const _errs18 = errors;
if(!((((data6 === "offline") || (data6 === "read-only")) || (data6 === "write-only")) || (data6 === "online"))){
const err9 = {instancePath:instancePath+"/before/status",schemaPath:"#/$defs/instance/properties/status/enum",keyword:"enum",params:{allowedValues: schema36.properties.status.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
var valid4 = _errs18 === errors;
}
else {
var valid4 = true;
}
}
}
}
}
}
}
}
else {
const err10 = {instancePath:instancePath+"/before",schemaPath:"#/$defs/instance/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
var _valid1 = _errs6 === errors;
if(_valid1){
valid2 = true;
passing1 = 0;
}
const _errs19 = errors;
if(data1 !== null){
const err11 = {instancePath:instancePath+"/before",schemaPath:"#/oneOf/0/properties/before/oneOf/1/type",keyword:"type",params:{type: "null"},message:"must be null"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
var _valid1 = _errs19 === errors;
if(_valid1 && valid2){
valid2 = false;
passing1 = [passing1, 1];
}
else {
if(_valid1){
valid2 = true;
passing1 = 1;
}
}
if(!valid2){
const err12 = {instancePath:instancePath+"/before",schemaPath:"#/oneOf/0/properties/before/oneOf",keyword:"oneOf",params:{passingSchemas: passing1},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
else {
errors = _errs5;
if(vErrors !== null){
if(_errs5){
vErrors.length = _errs5;
}
else {
vErrors = null;
}
}
}
var valid1 = _errs4 === errors;
}
else {
var valid1 = true;
}
if(valid1){
if(data.after !== undefined){
let data7 = data.after;
const _errs21 = errors;
const _errs22 = errors;
let valid5 = false;
let passing2 = null;
const _errs23 = errors;
const _errs24 = errors;
if(errors === _errs24){
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
let missing1;
if(((((data7.host === undefined) && (missing1 = "host")) || ((data7.port === undefined) && (missing1 = "port"))) || ((data7.username === undefined) && (missing1 = "username"))) || ((data7.status === undefined) && (missing1 = "status"))){
const err13 = {instancePath:instancePath+"/after",schemaPath:"#/$defs/instance/required",keyword:"required",params:{missingProperty: missing1},message:"must have required property '"+missing1+"'"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
else {
const _errs26 = errors;
for(const key1 in data7){
if(!(((((key1 === "id") || (key1 === "host")) || (key1 === "port")) || (key1 === "username")) || (key1 === "status"))){
const err14 = {instancePath:instancePath+"/after",schemaPath:"#/$defs/instance/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
break;
}
}
if(_errs26 === errors){
if(data7.id !== undefined){
let data8 = data7.id;
const _errs27 = errors;
if(!(((typeof data8 == "number") && (!(data8 % 1) && !isNaN(data8))) && (isFinite(data8)))){
const err15 = {instancePath:instancePath+"/after/id",schemaPath:"#/$defs/instance/properties/id/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
var valid7 = _errs27 === errors;
}
else {
var valid7 = true;
}
if(valid7){
if(data7.host !== undefined){
const _errs29 = errors;
if(typeof data7.host !== "string"){
const err16 = {instancePath:instancePath+"/after/host",schemaPath:"#/$defs/instance/properties/host/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
var valid7 = _errs29 === errors;
}
else {
var valid7 = true;
}
if(valid7){
if(data7.port !== undefined){
let data10 = data7.port;
const _errs31 = errors;
if(!(((typeof data10 == "number") && (!(data10 % 1) && !isNaN(data10))) && (isFinite(data10)))){
const err17 = {instancePath:instancePath+"/after/port",schemaPath:"#/$defs/instance/properties/port/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if(errors === _errs31){
if((typeof data10 == "number") && (isFinite(data10))){
if(data10 > 65535 || isNaN(data10)){
const err18 = {instancePath:instancePath+"/after/port",schemaPath:"#/$defs/instance/properties/port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
else {
if(data10 < 1 || isNaN(data10)){
const err19 = {instancePath:instancePath+"/after/port",schemaPath:"#/$defs/instance/properties/port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
}
var valid7 = _errs31 === errors;
}
else {
var valid7 = true;
}
if(valid7){
if(data7.username !== undefined){
const _errs33 = errors;
if(typeof data7.username !== "string"){
const err20 = {instancePath:instancePath+"/after/username",schemaPath:"#/$defs/instance/properties/username/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
var valid7 = _errs33 === errors;
}
else {
var valid7 = true;
}
if(valid7){
if(data7.status !== undefined){
let data12 = data7.status;
const _errs35 = errors;
if(!((((data12 === "offline") || (data12 === "read-only")) || (data12 === "write-only")) || (data12 === "online"))){
const err21 = {instancePath:instancePath+"/after/status",schemaPath:"#/$defs/instance/properties/status/enum",keyword:"enum",params:{allowedValues: schema36.properties.status.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
var valid7 = _errs35 === errors;
}
else {
var valid7 = true;
}
}
}
}
}
}
}
}
else {
const err22 = {instancePath:instancePath+"/after",schemaPath:"#/$defs/instance/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
var _valid2 = _errs23 === errors;
if(_valid2){
valid5 = true;
passing2 = 0;
}
const _errs36 = errors;
if(data7 !== null){
const err23 = {instancePath:instancePath+"/after",schemaPath:"#/oneOf/0/properties/after/oneOf/1/type",keyword:"type",params:{type: "null"},message:"must be null"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
var _valid2 = _errs36 === errors;
if(_valid2 && valid5){
valid5 = false;
passing2 = [passing2, 1];
}
else {
if(_valid2){
valid5 = true;
passing2 = 1;
}
}
if(!valid5){
const err24 = {instancePath:instancePath+"/after",schemaPath:"#/oneOf/0/properties/after/oneOf",keyword:"oneOf",params:{passingSchemas: passing2},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
else {
errors = _errs22;
if(vErrors !== null){
if(_errs22){
vErrors.length = _errs22;
}
else {
vErrors = null;
}
}
}
var valid1 = _errs21 === errors;
}
else {
var valid1 = true;
}
}
}
}
var _valid0 = _errs2 === errors;
if(_valid0){
valid0 = true;
passing0 = 0;
var props2 = {};
props2.kind = true;
props2.before = true;
props2.after = true;
}
const _errs38 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.kind !== undefined){
const _errs39 = errors;
if("dimension" !== data.kind){
const err25 = {instancePath:instancePath+"/kind",schemaPath:"#/oneOf/1/properties/kind/const",keyword:"const",params:{allowedValue: "dimension"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
var valid8 = _errs39 === errors;
}
else {
var valid8 = true;
}
if(valid8){
if(data.before !== undefined){
let data14 = data.before;
const _errs40 = errors;
const _errs41 = errors;
let valid9 = false;
let passing3 = null;
const _errs42 = errors;
if(!(validate22(data14, {instancePath:instancePath+"/before",parentData:data,parentDataProperty:"before",rootData,dynamicAnchors}))){
vErrors = joined(vErrors, validate22.errors);
errors = vErrors.length;
}
var _valid3 = _errs42 === errors;
if(_valid3){
valid9 = true;
passing3 = 0;
}
const _errs43 = errors;
if(data14 !== null){
const err26 = {instancePath:instancePath+"/before",schemaPath:"#/oneOf/1/properties/before/oneOf/1/type",keyword:"type",params:{type: "null"},message:"must be null"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
var _valid3 = _errs43 === errors;
if(_valid3 && valid9){
valid9 = false;
passing3 = [passing3, 1];
}
else {
if(_valid3){
valid9 = true;
passing3 = 1;
}
}
if(!valid9){
const err27 = {instancePath:instancePath+"/before",schemaPath:"#/oneOf/1/properties/before/oneOf",keyword:"oneOf",params:{passingSchemas: passing3},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
else {
errors = _errs41;
if(vErrors !== null){
if(_errs41){
vErrors.length = _errs41;
}
else {
vErrors = null;
}
}
}
var valid8 = _errs40 === errors;
}
else {
var valid8 = true;
}
if(valid8){
if(data.after !== undefined){
let data15 = data.after;
const _errs45 = errors;
const _errs46 = errors;
let valid10 = false;
let passing4 = null;
const _errs47 = errors;
if(!(validate22(data15, {instancePath:instancePath+"/after",parentData:data,parentDataProperty:"after",rootData,dynamicAnchors}))){
vErrors = joined(vErrors, validate22.errors);
errors = vErrors.length;
}
var _valid4 = _errs47 === errors;
if(_valid4){
valid10 = true;
passing4 = 0;
}
const _errs48 = errors;
if(data15 !== null){
const err28 = {instancePath:instancePath+"/after",schemaPath:"#/oneOf/1/properties/after/oneOf/1/type",keyword:"type",params:{type: "null"},message:"must be null"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
var _valid4 = _errs48 === errors;
if(_valid4 && valid10){
valid10 = false;
passing4 = [passing4, 1];
}
else {
if(_valid4){
valid10 = true;
passing4 = 1;
}
}
if(!valid10){
const err29 = {instancePath:instancePath+"/after",schemaPath:"#/oneOf/1/properties/after/oneOf",keyword:"oneOf",params:{passingSchemas: passing4},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
else {
errors = _errs46;
if(vErrors !== null){
if(_errs46){
vErrors.length = _errs46;
}
else {
vErrors = null;
}
}
}
var valid8 = _errs45 === errors;
}
else {
var valid8 = true;
}
}
}
}
var _valid0 = _errs38 === errors;
if(_valid0 && valid0){
valid0 = false;
passing0 = [passing0, 1];
}
else {
if(_valid0){
valid0 = true;
passing0 = 1;
if(props2 !== true){
props2 = props2 || {};
props2.kind = true;
props2.before = true;
props2.after = true;
}
}
const _errs50 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.kind !== undefined){
const _errs51 = errors;
if("index" !== data.kind){
const err30 = {instancePath:instancePath+"/kind",schemaPath:"#/oneOf/2/properties/kind/const",keyword:"const",params:{allowedValue: "index"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
var valid11 = _errs51 === errors;
}
else {
var valid11 = true;
}
if(valid11){
if(data.before !== undefined){
let data17 = data.before;
const _errs52 = errors;
const _errs53 = errors;
let valid12 = false;
let passing5 = null;
const _errs54 = errors;
if(!(validate25(data17, {instancePath:instancePath+"/before",parentData:data,parentDataProperty:"before",rootData,dynamicAnchors}))){
vErrors = joined(vErrors, validate25.errors);
errors = vErrors.length;
}
var _valid5 = _errs54 === errors;
if(_valid5){
valid12 = true;
passing5 = 0;
}
const _errs55 = errors;
if(data17 !== null){
const err31 = {instancePath:instancePath+"/before",schemaPath:"#/oneOf/2/properties/before/oneOf/1/type",keyword:"type",params:{type: "null"},message:"must be null"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
var _valid5 = _errs55 === errors;
if(_valid5 && valid12){
valid12 = false;
passing5 = [passing5, 1];
}
else {
if(_valid5){
valid12 = true;
passing5 = 1;
}
}
if(!valid12){
const err32 = {instancePath:instancePath+"/before",schemaPath:"#/oneOf/2/properties/before/oneOf",keyword:"oneOf",params:{passingSchemas: passing5},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
else {
errors = _errs53;
if(vErrors !== null){
if(_errs53){
vErrors.length = _errs53;
}
else {
vErrors = null;
}
}
}
var valid11 = _errs52 === errors;
}
else {
var valid11 = true;
}
if(valid11){
if(data.after !== undefined){
let data18 = data.after;
const _errs57 = errors;
const _errs58 = errors;
let valid13 = false;
let passing6 = null;
const _errs59 = errors;
if(!(validate25(data18, {instancePath:instancePath+"/after",parentData:data,parentDataProperty:"after",rootData,dynamicAnchors}))){
vErrors = joined(vErrors, validate25.errors);
errors = vErrors.length;
}
var _valid6 = _errs59 === errors;
if(_valid6){
valid13 = true;
passing6 = 0;
}
const _errs60 = errors;
if(data18 !== null){
const err33 = {instancePath:instancePath+"/after",schemaPath:"#/oneOf/2/properties/after/oneOf/1/type",keyword:"type",params:{type: "null"},message:"must be null"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
var _valid6 = _errs60 === errors;
if(_valid6 && valid13){
valid13 = false;
passing6 = [passing6, 1];
}
else {
if(_valid6){
valid13 = true;
passing6 = 1;
}
}
if(!valid13){
const err34 = {instancePath:instancePath+"/after",schemaPath:"#/oneOf/2/properties/after/oneOf",keyword:"oneOf",params:{passingSchemas: passing6},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
else {
errors = _errs58;
if(vErrors !== null){
if(_errs58){
vErrors.length = _errs58;
}
else {
vErrors = null;
}
}
}
var valid11 = _errs57 === errors;
}
else {
var valid11 = true;
}
}
}
}
var _valid0 = _errs50 === errors;
if(_valid0 && valid0){
valid0 = false;
passing0 = [passing0, 2];
}
else {
if(_valid0){
valid0 = true;
passing0 = 2;
if(props2 !== true){
props2 = props2 || {};
props2.kind = true;
props2.before = true;
props2.after = true;
}
}
const _errs62 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.kind !== undefined){
const _errs63 = errors;
if("index-field" !== data.kind){
const err35 = {instancePath:instancePath+"/kind",schemaPath:"#/oneOf/3/properties/kind/const",keyword:"const",params:{allowedValue: "index-field"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
var valid14 = _errs63 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data.before !== undefined){
let data20 = data.before;
const _errs64 = errors;
const _errs65 = errors;
let valid15 = false;
let passing7 = null;
const _errs66 = errors;
if(!(validate28(data20, {instancePath:instancePath+"/before",parentData:data,parentDataProperty:"before",rootData,dynamicAnchors}))){
vErrors = joined(vErrors, validate28.errors);
errors = vErrors.length;
}
var _valid7 = _errs66 === errors;
if(_valid7){
valid15 = true;
passing7 = 0;
}
const _errs67 = errors;
if(data20 !== null){
const err36 = {instancePath:instancePath+"/before",schemaPath:"#/oneOf/3/properties/before/oneOf/1/type",keyword:"type",params:{type: "null"},message:"must be null"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
var _valid7 = _errs67 === errors;
if(_valid7 && valid15){
valid15 = false;
passing7 = [passing7, 1];
}
else {
if(_valid7){
valid15 = true;
passing7 = 1;
}
}
if(!valid15){
const err37 = {instancePath:instancePath+"/before",schemaPath:"#/oneOf/3/properties/before/oneOf",keyword:"oneOf",params:{passingSchemas: passing7},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
else {
errors = _errs65;
if(vErrors !== null){
if(_errs65){
vErrors.length = _errs65;
}
else {
vErrors = null;
}
}
}
var valid14 = _errs64 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data.after !== undefined){
let data21 = data.after;
const _errs69 = errors;
const _errs70 = errors;
let valid16 = false;
let passing8 = null;
const _errs71 = errors;
if(!(validate28(data21, {instancePath:instancePath+"/after",parentData:data,parentDataProperty:"after",rootData,dynamicAnchors}))){
vErrors = joined(vErrors, validate28.errors);
errors = vErrors.length;
}
var _valid8 = _errs71 === errors;
if(_valid8){
valid16 = true;
passing8 = 0;
}
const _errs72 = errors;
if(data21 !== null){
const err38 = {instancePath:instancePath+"/after",schemaPath:"#/oneOf/3/properties/after/oneOf/1/type",keyword:"type",params:{type: "null"},message:"must be null"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
var _valid8 = _errs72 === errors;
if(_valid8 && valid16){
valid16 = false;
passing8 = [passing8, 1];
}
else {
if(_valid8){
valid16 = true;
passing8 = 1;
}
}
if(!valid16){
const err39 = {instancePath:instancePath+"/after",schemaPath:"#/oneOf/3/properties/after/oneOf",keyword:"oneOf",params:{passingSchemas: passing8},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
else {
errors = _errs70;
if(vErrors !== null){
if(_errs70){
vErrors.length = _errs70;
}
else {
vErrors = null;
}
}
}
var valid14 = _errs69 === errors;
}
else {
var valid14 = true;
}
}
}
}
var _valid0 = _errs62 === errors;
if(_valid0 && valid0){
valid0 = false;
passing0 = [passing0, 3];
}
else {
if(_valid0){
valid0 = true;
passing0 = 3;
if(props2 !== true){
props2 = props2 || {};
props2.kind = true;
props2.before = true;
props2.after = true;
}
}
const _errs74 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.kind !== undefined){
const _errs75 = errors;
if("config" !== data.kind){
const err40 = {instancePath:instancePath+"/kind",schemaPath:"#/oneOf/4/properties/kind/const",keyword:"const",params:{allowedValue: "config"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
var valid17 = _errs75 === errors;
}
else {
var valid17 = true;
}
if(valid17){
if(data.before !== undefined){
let data23 = data.before;
const _errs76 = errors;
const _errs77 = errors;
let valid18 = false;
let passing9 = null;
const _errs78 = errors;
const _errs79 = errors;
if(errors === _errs79){
if(data23 && typeof data23 == "object" && !Array.isArray(data23)){
let missing2;
if(((data23.key === undefined) && (missing2 = "key")) || ((data23.value === undefined) && (missing2 = "value"))){
const err41 = {instancePath:instancePath+"/before",schemaPath:"#/$defs/config/required",keyword:"required",params:{missingProperty: missing2},message:"must have required property '"+missing2+"'"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
else {
const _errs81 = errors;
for(const key2 in data23){
if(!(((key2 === "id") || (key2 === "key")) || (key2 === "value"))){
const err42 = {instancePath:instancePath+"/before",schemaPath:"#/$defs/config/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
break;
}
}
if(_errs81 === errors){
if(data23.id !== undefined){
let data24 = data23.id;
const _errs82 = errors;
if(!(((typeof data24 == "number") && (!(data24 % 1) && !isNaN(data24))) && (isFinite(data24)))){
const err43 = {instancePath:instancePath+"/before/id",schemaPath:"#/$defs/config/properties/id/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
var valid20 = _errs82 === errors;
}
else {
var valid20 = true;
}
if(valid20){
if(data23.key !== undefined){
const _errs84 = errors;
if(typeof data23.key !== "string"){
const err44 = {instancePath:instancePath+"/before/key",schemaPath:"#/$defs/config/properties/key/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
var valid20 = _errs84 === errors;
}
else {
var valid20 = true;
}
if(valid20){
if(data23.value !== undefined){
const _errs86 = errors;
if(typeof data23.value !== "string"){
const err45 = {instancePath:instancePath+"/before/value",schemaPath:"#/$defs/config/properties/value/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
var valid20 = _errs86 === errors;
}
else {
var valid20 = true;
}
}
}
}
}
}
else {
const err46 = {instancePath:instancePath+"/before",schemaPath:"#/$defs/config/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
var _valid9 = _errs78 === errors;
if(_valid9){
valid18 = true;
passing9 = 0;
}
const _errs88 = errors;
if(data23 !== null){
const err47 = {instancePath:instancePath+"/before",schemaPath:"#/oneOf/4/properties/before/oneOf/1/type",keyword:"type",params:{type: "null"},message:"must be null"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
var _valid9 = _errs88 === errors;
if(_valid9 && valid18){
valid18 = false;
passing9 = [passing9, 1];
}
else {
if(_valid9){
valid18 = true;
passing9 = 1;
}
}
if(!valid18){
const err48 = {instancePath:instancePath+"/before",schemaPath:"#/oneOf/4/properties/before/oneOf",keyword:"oneOf",params:{passingSchemas: passing9},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
else {
errors = _errs77;
if(vErrors !== null){
if(_errs77){
vErrors.length = _errs77;
}
else {
vErrors = null;
}
}
}
var valid17 = _errs76 === errors;
}
else {
var valid17 = true;
}
if(valid17){
if(data.after !== undefined){
let data27 = data.after;
const _errs90 = errors;
const _errs91 = errors;
let valid21 = false;
let passing10 = null;
const _errs92 = errors;
const _errs93 = errors;
if(errors === _errs93){
if(data27 && typeof data27 == "object" && !Array.isArray(data27)){
let missing3;
if(((data27.key === undefined) && (missing3 = "key")) || ((data27.value === undefined) && (missing3 = "value"))){
const err49 = {instancePath:instancePath+"/after",schemaPath:"#/$defs/config/required",keyword:"required",params:{missingProperty: missing3},message:"must have required property '"+missing3+"'"};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
else {
const _errs95 = errors;
for(const key3 in data27){
if(!(((key3 === "id") || (key3 === "key")) || (key3 === "value"))){
const err50 = {instancePath:instancePath+"/after",schemaPath:"#/$defs/config/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
break;
}
}
if(_errs95 === errors){
if(data27.id !== undefined){
let data28 = data27.id;
const _errs96 = errors;
if(!(((typeof data28 == "number") && (!(data28 % 1) && !isNaN(data28))) && (isFinite(data28)))){
const err51 = {instancePath:instancePath+"/after/id",schemaPath:"#/$defs/config/properties/id/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
var valid23 = _errs96 === errors;
}
else {
var valid23 = true;
}
if(valid23){
if(data27.key !== undefined){
const _errs98 = errors;
if(typeof data27.key !== "string"){
const err52 = {instancePath:instancePath+"/after/key",schemaPath:"#/$defs/config/properties/key/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
var valid23 = _errs98 === errors;
}
else {
var valid23 = true;
}
if(valid23){
if(data27.value !== undefined){
const _errs100 = errors;
if(typeof data27.value !== "string"){
const err53 = {instancePath:instancePath+"/after/value",schemaPath:"#/$defs/config/properties/value/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
var valid23 = _errs100 === errors;
}
else {
var valid23 = true;
}
}
}
}
}
}
else {
const err54 = {instancePath:instancePath+"/after",schemaPath:"#/$defs/config/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
var _valid10 = _errs92 === errors;
if(_valid10){
valid21 = true;
passing10 = 0;
}
const _errs102 = errors;
if(data27 !== null){
const err55 = {instancePath:instancePath+"/after",schemaPath:"#/oneOf/4/properties/after/oneOf/1/type",keyword:"type",params:{type: "null"},message:"must be null"};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
var _valid10 = _errs102 === errors;
if(_valid10 && valid21){
valid21 = false;
passing10 = [passing10, 1];
}
else {
if(_valid10){
valid21 = true;
passing10 = 1;
}
}
if(!valid21){
const err56 = {instancePath:instancePath+"/after",schemaPath:"#/oneOf/4/properties/after/oneOf",keyword:"oneOf",params:{passingSchemas: passing10},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
else {
errors = _errs91;
if(vErrors !== null){
if(_errs91){
vErrors.length = _errs91;
}
else {
vErrors = null;
}
}
}
var valid17 = _errs90 === errors;
}
else {
var valid17 = true;
}
}
}
}
var _valid0 = _errs74 === errors;
if(_valid0 && valid0){
valid0 = false;
passing0 = [passing0, 4];
}
else {
if(_valid0){
valid0 = true;
passing0 = 4;
if(props2 !== true){
props2 = props2 || {};
props2.kind = true;
props2.before = true;
props2.after = true;
}
}
const _errs104 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.kind !== undefined){
const _errs105 = errors;
if("servermap" !== data.kind){
const err57 = {instancePath:instancePath+"/kind",schemaPath:"#/oneOf/5/properties/kind/const",keyword:"const",params:{allowedValue: "servermap"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
var valid24 = _errs105 === errors;
}
else {
var valid24 = true;
}
if(valid24){
if(data.before !== undefined){
let data32 = data.before;
const _errs106 = errors;
const _errs107 = errors;
let valid25 = false;
let passing11 = null;
const _errs108 = errors;
const _errs110 = errors;
let valid27 = false;
let passing12 = null;
const _errs111 = errors;
if(errors === _errs111){
if(data32 && typeof data32 == "object" && !Array.isArray(data32)){
let missing4;
if(((data32.algorithm === undefined) && (missing4 = "algorithm")) || ((data32.entries === undefined) && (missing4 = "entries"))){
const err58 = {instancePath:instancePath+"/before",schemaPath:"#/$defs/servermap/oneOf/0/required",keyword:"required",params:{missingProperty: missing4},message:"must have required property '"+missing4+"'"};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
else {
const _errs113 = errors;
for(const key4 in data32){
if(!((key4 === "algorithm") || (key4 === "entries"))){
const err59 = {instancePath:instancePath+"/before",schemaPath:"#/$defs/servermap/oneOf/0/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
break;
}
}
if(_errs113 === errors){
if(data32.algorithm !== undefined){
const _errs114 = errors;
if("ring" !== data32.algorithm){
const err60 = {instancePath:instancePath+"/before/algorithm",schemaPath:"#/$defs/servermap/oneOf/0/properties/algorithm/const",keyword:"const",params:{allowedValue: "ring"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
var valid28 = _errs114 === errors;
}
else {
var valid28 = true;
}
if(valid28){
if(data32.entries !== undefined){
let data34 = data32.entries;
const _errs115 = errors;
if(errors === _errs115){
if(Array.isArray(data34)){
var valid29 = true;
const len0 = data34.length;
for(let i0=0; i0<len0; i0++){
let data35 = data34[i0];
const _errs117 = errors;
if(errors === _errs117){
if(data35 && typeof data35 == "object" && !Array.isArray(data35)){
let missing5;
if((((data35.key === undefined) && (missing5 = "key")) || ((data35.schaufel === undefined) && (missing5 = "schaufel"))) || ((data35.copies === undefined) && (missing5 = "copies"))){
const err61 = {instancePath:instancePath+"/before/entries/" + i0,schemaPath:"#/$defs/servermap/oneOf/0/properties/entries/items/required",keyword:"required",params:{missingProperty: missing5},message:"must have required property '"+missing5+"'"};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
else {
const _errs119 = errors;
for(const key5 in data35){
if(!(((key5 === "key") || (key5 === "schaufel")) || (key5 === "copies"))){
const err62 = {instancePath:instancePath+"/before/entries/" + i0,schemaPath:"#/$defs/servermap/oneOf/0/properties/entries/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
break;
}
}
if(_errs119 === errors){
if(data35.key !== undefined){
const _errs120 = errors;
if(typeof data35.key !== "string"){
const err63 = {instancePath:instancePath+"/before/entries/" + i0+"/key",schemaPath:"#/$defs/servermap/oneOf/0/properties/entries/items/properties/key/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
var valid30 = _errs120 === errors;
}
else {
var valid30 = true;
}
if(valid30){
if(data35.schaufel !== undefined){
const _errs122 = errors;
if(typeof data35.schaufel !== "string"){
const err64 = {instancePath:instancePath+"/before/entries/" + i0+"/schaufel",schemaPath:"#/$defs/servermap/oneOf/0/properties/entries/items/properties/schaufel/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
var valid30 = _errs122 === errors;
}
else {
var valid30 = true;
}
if(valid30){
if(data35.copies !== undefined){
let data38 = data35.copies;
const _errs124 = errors;
if(errors === _errs124){
if(Array.isArray(data38)){
var valid31 = true;
const len1 = data38.length;
for(let i1=0; i1<len1; i1++){
const _errs126 = errors;
if(typeof data38[i1] !== "string"){
const err65 = {instancePath:instancePath+"/before/entries/" + i0+"/copies/" + i1,schemaPath:"#/$defs/servermap/oneOf/0/properties/entries/items/properties/copies/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
var valid31 = _errs126 === errors;
if(!valid31){
break;
}
}
}
else {
const err66 = {instancePath:instancePath+"/before/entries/" + i0+"/copies",schemaPath:"#/$defs/servermap/oneOf/0/properties/entries/items/properties/copies/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
var valid30 = _errs124 === errors;
}
else {
var valid30 = true;
}
}
}
}
}
}
else {
const err67 = {instancePath:instancePath+"/before/entries/" + i0,schemaPath:"#/$defs/servermap/oneOf/0/properties/entries/items/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
var valid29 = _errs117 === errors;
if(!valid29){
break;
}
}
}
else {
const err68 = {instancePath:instancePath+"/before/entries",schemaPath:"#/$defs/servermap/oneOf/0/properties/entries/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
var valid28 = _errs115 === errors;
}
else {
var valid28 = true;
}
}
}
}
}
else {
const err69 = {instancePath:instancePath+"/before",schemaPath:"#/$defs/servermap/oneOf/0/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
var _valid12 = _errs111 === errors;
if(_valid12){
valid27 = true;
passing12 = 0;
var props11 = true;
}
const _errs128 = errors;
if(errors === _errs128){
if(data32 && typeof data32 == "object" && !Array.isArray(data32)){
let missing6;
if(((data32.algorithm === undefined) && (missing6 = "algorithm")) || ((data32.map === undefined) && (missing6 = "map"))){
const err70 = {instancePath:instancePath+"/before",schemaPath:"#/$defs/servermap/oneOf/1/required",keyword:"required",params:{missingProperty: missing6},message:"must have required property '"+missing6+"'"};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
else {
const _errs130 = errors;
for(const key6 in data32){
if(!((key6 === "algorithm") || (key6 === "map"))){
const err71 = {instancePath:instancePath+"/before",schemaPath:"#/$defs/servermap/oneOf/1/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
break;
}
}
if(_errs130 === errors){
if(data32.algorithm !== undefined){
const _errs131 = errors;
if("literal" !== data32.algorithm){
const err72 = {instancePath:instancePath+"/before/algorithm",schemaPath:"#/$defs/servermap/oneOf/1/properties/algorithm/const",keyword:"const",params:{allowedValue: "literal"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
var valid32 = _errs131 === errors;
}
else {
var valid32 = true;
}
if(valid32){
if(data32.map !== undefined){
const _errs132 = errors;
if(typeof data32.map !== "string"){
const err73 = {instancePath:instancePath+"/before/map",schemaPath:"#/$defs/servermap/oneOf/1/properties/map/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
var valid32 = _errs132 === errors;
}
else {
var valid32 = true;
}
}
}
}
}
else {
const err74 = {instancePath:instancePath+"/before",schemaPath:"#/$defs/servermap/oneOf/1/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
var _valid12 = _errs128 === errors;
if(_valid12 && valid27){
valid27 = false;
passing12 = [passing12, 1];
}
else {
if(_valid12){
valid27 = true;
passing12 = 1;
if(props11 !== true){
props11 = true;
}
}
}
if(!valid27){
const err75 = {instancePath:instancePath+"/before",schemaPath:"#/$defs/servermap/oneOf",keyword:"oneOf",params:{passingSchemas: passing12},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
else {
errors = _errs110;
if(vErrors !== null){
if(_errs110){
vErrors.length = _errs110;
}
else {
vErrors = null;
}
}
}
var _valid11 = _errs108 === errors;
if(_valid11){
valid25 = true;
passing11 = 0;
}
const _errs134 = errors;
if(data32 !== null){
const err76 = {instancePath:instancePath+"/before",schemaPath:"#/oneOf/5/properties/before/oneOf/1/type",keyword:"type",params:{type: "null"},message:"must be null"};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
var _valid11 = _errs134 === errors;
if(_valid11 && valid25){
valid25 = false;
passing11 = [passing11, 1];
}
else {
if(_valid11){
valid25 = true;
passing11 = 1;
}
}
if(!valid25){
const err77 = {instancePath:instancePath+"/before",schemaPath:"#/oneOf/5/properties/before/oneOf",keyword:"oneOf",params:{passingSchemas: passing11},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
else {
errors = _errs107;
if(vErrors !== null){
if(_errs107){
vErrors.length = _errs107;
}
else {
vErrors = null;
}
}
}
var valid24 = _errs106 === errors;
}
else {
var valid24 = true;
}
if(valid24){
if(data.after !== undefined){
let data42 = data.after;
const _errs136 = errors;
const _errs137 = errors;
let valid33 = false;
let passing13 = null;
const _errs138 = errors;
const _errs140 = errors;
let valid35 = false;
let passing14 = null;
const _errs141 = errors;
if(errors === _errs141){
if(data42 && typeof data42 == "object" && !Array.isArray(data42)){
let missing7;
if(((data42.algorithm === undefined) && (missing7 = "algorithm")) || ((data42.entries === undefined) && (missing7 = "entries"))){
const err78 = {instancePath:instancePath+"/after",schemaPath:"#/$defs/servermap/oneOf/0/required",keyword:"required",params:{missingProperty: missing7},message:"must have required property '"+missing7+"'"};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
else {
const _errs143 = errors;
for(const key7 in data42){
if(!((key7 === "algorithm") || (key7 === "entries"))){
const err79 = {instancePath:instancePath+"/after",schemaPath:"#/$defs/servermap/oneOf/0/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
break;
}
}
if(_errs143 === errors){
if(data42.algorithm !== undefined){
const _errs144 = errors;
if("ring" !== data42.algorithm){
const err80 = {instancePath:instancePath+"/after/algorithm",schemaPath:"#/$defs/servermap/oneOf/0/properties/algorithm/const",keyword:"const",params:{allowedValue: "ring"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
var valid36 = _errs144 === errors;
}
else {
var valid36 = true;
}
if(valid36){
if(data42.entries !== undefined){
let data44 = data42.entries;
const _errs145 = errors;
if(errors === _errs145){
if(Array.isArray(data44)){
var valid37 = true;
const len2 = data44.length;
for(let i2=0; i2<len2; i2++){
let data45 = data44[i2];
const _errs147 = errors;
if(errors === _errs147){
if(data45 && typeof data45 == "object" && !Array.isArray(data45)){
let missing8;
if((((data45.key === undefined) && (missing8 = "key")) || ((data45.schaufel === undefined) && (missing8 = "schaufel"))) || ((data45.copies === undefined) && (missing8 = "copies"))){
const err81 = {instancePath:instancePath+"/after/entries/" + i2,schemaPath:"#/$defs/servermap/oneOf/0/properties/entries/items/required",keyword:"required",params:{missingProperty: missing8},message:"must have required property '"+missing8+"'"};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
else {
const _errs149 = errors;
for(const key8 in data45){
if(!(((key8 === "key") || (key8 === "schaufel")) || (key8 === "copies"))){
const err82 = {instancePath:instancePath+"/after/entries/" + i2,schemaPath:"#/$defs/servermap/oneOf/0/properties/entries/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key8},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
break;
}
}
if(_errs149 === errors){
if(data45.key !== undefined){
const _errs150 = errors;
if(typeof data45.key !== "string"){
const err83 = {instancePath:instancePath+"/after/entries/" + i2+"/key",schemaPath:"#/$defs/servermap/oneOf/0/properties/entries/items/properties/key/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
var valid38 = _errs150 === errors;
}
else {
var valid38 = true;
}
if(valid38){
if(data45.schaufel !== undefined){
const _errs152 = errors;
if(typeof data45.schaufel !== "string"){
const err84 = {instancePath:instancePath+"/after/entries/" + i2+"/schaufel",schemaPath:"#/$defs/servermap/oneOf/0/properties/entries/items/properties/schaufel/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
var valid38 = _errs152 === errors;
}
else {
var valid38 = true;
}
if(valid38){
if(data45.copies !== undefined){
let data48 = data45.copies;
const _errs154 = errors;
if(errors === _errs154){
if(Array.isArray(data48)){
var valid39 = true;
const len3 = data48.length;
for(let i3=0; i3<len3; i3++){
const _errs156 = errors;
if(typeof data48[i3] !== "string"){
const err85 = {instancePath:instancePath+"/after/entries/" + i2+"/copies/" + i3,schemaPath:"#/$defs/servermap/oneOf/0/properties/entries/items/properties/copies/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
var valid39 = _errs156 === errors;
if(!valid39){
break;
}
}
}
else {
const err86 = {instancePath:instancePath+"/after/entries/" + i2+"/copies",schemaPath:"#/$defs/servermap/oneOf/0/properties/entries/items/properties/copies/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
var valid38 = _errs154 === errors;
}
else {
var valid38 = true;
}
}
}
}
}
}
else {
const err87 = {instancePath:instancePath+"/after/entries/" + i2,schemaPath:"#/$defs/servermap/oneOf/0/properties/entries/items/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
}
var valid37 = _errs147 === errors;
if(!valid37){
break;
}
}
}
else {
const err88 = {instancePath:instancePath+"/after/entries",schemaPath:"#/$defs/servermap/oneOf/0/properties/entries/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
var valid36 = _errs145 === errors;
}
else {
var valid36 = true;
}
}
}
}
}
else {
const err89 = {instancePath:instancePath+"/after",schemaPath:"#/$defs/servermap/oneOf/0/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
}
var _valid14 = _errs141 === errors;
if(_valid14){
valid35 = true;
passing14 = 0;
var props12 = true;
}
const _errs158 = errors;
if(errors === _errs158){
if(data42 && typeof data42 == "object" && !Array.isArray(data42)){
let missing9;
if(((data42.algorithm === undefined) && (missing9 = "algorithm")) || ((data42.map === undefined) && (missing9 = "map"))){
const err90 = {instancePath:instancePath+"/after",schemaPath:"#/$defs/servermap/oneOf/1/required",keyword:"required",params:{missingProperty: missing9},message:"must have required property '"+missing9+"'"};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
else {
const _errs160 = errors;
for(const key9 in data42){
if(!((key9 === "algorithm") || (key9 === "map"))){
const err91 = {instancePath:instancePath+"/after",schemaPath:"#/$defs/servermap/oneOf/1/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key9},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
break;
}
}
if(_errs160 === errors){
if(data42.algorithm !== undefined){
const _errs161 = errors;
if("literal" !== data42.algorithm){
const err92 = {instancePath:instancePath+"/after/algorithm",schemaPath:"#/$defs/servermap/oneOf/1/properties/algorithm/const",keyword:"const",params:{allowedValue: "literal"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
var valid40 = _errs161 === errors;
}
else {
var valid40 = true;
}
if(valid40){
if(data42.map !== undefined){
const _errs162 = errors;
if(typeof data42.map !== "string"){
const err93 = {instancePath:instancePath+"/after/map",schemaPath:"#/$defs/servermap/oneOf/1/properties/map/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
var valid40 = _errs162 === errors;
}
else {
var valid40 = true;
}
}
}
}
}
else {
const err94 = {instancePath:instancePath+"/after",schemaPath:"#/$defs/servermap/oneOf/1/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
}
var _valid14 = _errs158 === errors;
if(_valid14 && valid35){
valid35 = false;
passing14 = [passing14, 1];
}
else {
if(_valid14){
valid35 = true;
passing14 = 1;
if(props12 !== true){
props12 = true;
}
}
}
if(!valid35){
const err95 = {instancePath:instancePath+"/after",schemaPath:"#/$defs/servermap/oneOf",keyword:"oneOf",params:{passingSchemas: passing14},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
else {
errors = _errs140;
if(vErrors !== null){
if(_errs140){
vErrors.length = _errs140;
}
else {
vErrors = null;
}
}
}
var _valid13 = _errs138 === errors;
if(_valid13){
valid33 = true;
passing13 = 0;
}
const _errs164 = errors;
if(data42 !== null){
const err96 = {instancePath:instancePath+"/after",schemaPath:"#/oneOf/5/properties/after/oneOf/1/type",keyword:"type",params:{type: "null"},message:"must be null"};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
var _valid13 = _errs164 === errors;
if(_valid13 && valid33){
valid33 = false;
passing13 = [passing13, 1];
}
else {
if(_valid13){
valid33 = true;
passing13 = 1;
}
}
if(!valid33){
const err97 = {instancePath:instancePath+"/after",schemaPath:"#/oneOf/5/properties/after/oneOf",keyword:"oneOf",params:{passingSchemas: passing13},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
else {
errors = _errs137;
if(vErrors !== null){
if(_errs137){
vErrors.length = _errs137;
}
else {
vErrors = null;
}
}
}
var valid24 = _errs136 === errors;
}
else {
var valid24 = true;
}
}
}
}
var _valid0 = _errs104 === errors;
if(_valid0 && valid0){
valid0 = false;
passing0 = [passing0, 5];
}
else {
if(_valid0){
valid0 = true;
passing0 = 5;
if(props2 !== true){
props2 = props2 || {};
props2.kind = true;
props2.before = true;
props2.after = true;
}
}
}
}
}
}
}
if(!valid0){
const err98 = {instancePath,schemaPath:"#/oneOf",keyword:"oneOf",params:{passingSchemas: passing0},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
validate21.errors = vErrors;
return false;
}
else {
errors = _errs1;
if(vErrors !== null){
if(_errs1){
vErrors.length = _errs1;
}
else {
vErrors = null;
}
}
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing10;
if(((((((((data.kind === undefined) && (missing10 = "kind")) || ((data.address === undefined) && (missing10 = "address"))) || ((data.action === undefined) && (missing10 = "action"))) || ((data.before === undefined) && (missing10 = "before"))) || ((data.after === undefined) && (missing10 = "after"))) || ((data.reason === undefined) && (missing10 = "reason"))) || ((data.source === undefined) && (missing10 = "source"))) || ((data.dangers === undefined) && (missing10 = "dangers"))){
validate21.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing10},message:"must have required property '"+missing10+"'"}];
return false;
}
else {
const _errs166 = errors;
for(const key10 in data){
if(!((((((((key10 === "kind") || (key10 === "address")) || (key10 === "action")) || (key10 === "before")) || (key10 === "after")) || (key10 === "reason")) || (key10 === "source")) || (key10 === "dangers"))){
validate21.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key10},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs166 === errors){
if(data.kind !== undefined){
let data52 = data.kind;
const _errs167 = errors;
if(!((((((data52 === "instance") || (data52 === "dimension")) || (data52 === "index")) || (data52 === "index-field")) || (data52 === "config")) || (data52 === "servermap"))){
validate21.errors = [{instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/enum",keyword:"enum",params:{allowedValues: schema35.properties.kind.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid41 = _errs167 === errors;
}
else {
var valid41 = true;
}
if(valid41){
if(data.address !== undefined){
const _errs168 = errors;
if(typeof data.address !== "string"){
validate21.errors = [{instancePath:instancePath+"/address",schemaPath:"#/properties/address/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid41 = _errs168 === errors;
}
else {
var valid41 = true;
}
if(valid41){
if(data.action !== undefined){
let data54 = data.action;
const _errs170 = errors;
if(!(((((data54 === "create") || (data54 === "update")) || (data54 === "delete")) || (data54 === "expire")) || (data54 === "revive"))){
validate21.errors = [{instancePath:instancePath+"/action",schemaPath:"#/properties/action/enum",keyword:"enum",params:{allowedValues: schema35.properties.action.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid41 = _errs170 === errors;
}
else {
var valid41 = true;
}
if(valid41){
if(data.reason !== undefined){
const _errs171 = errors;
if(typeof data.reason !== "string"){
validate21.errors = [{instancePath:instancePath+"/reason",schemaPath:"#/properties/reason/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid41 = _errs171 === errors;
}
else {
var valid41 = true;
}
if(valid41){
if(data.source !== undefined){
let data56 = data.source;
const _errs173 = errors;
const _errs174 = errors;
let valid42 = false;
let passing15 = null;
const _errs175 = errors;
if(!(validate31(data56, {instancePath:instancePath+"/source",parentData:data,parentDataProperty:"source",rootData,dynamicAnchors}))){
vErrors = joined(vErrors, validate31.errors);
errors = vErrors.length;
}
var _valid15 = _errs175 === errors;
if(_valid15){
valid42 = true;
passing15 = 0;
}
const _errs176 = errors;
if(data56 !== null){
const err99 = {instancePath:instancePath+"/source",schemaPath:"#/properties/source/oneOf/1/type",keyword:"type",params:{type: "null"},message:"must be null"};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
var _valid15 = _errs176 === errors;
if(_valid15 && valid42){
valid42 = false;
passing15 = [passing15, 1];
}
else {
if(_valid15){
valid42 = true;
passing15 = 1;
}
}
if(!valid42){
const err100 = {instancePath:instancePath+"/source",schemaPath:"#/properties/source/oneOf",keyword:"oneOf",params:{passingSchemas: passing15},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
validate21.errors = vErrors;
return false;
}
else {
errors = _errs174;
if(vErrors !== null){
if(_errs174){
vErrors.length = _errs174;
}
else {
vErrors = null;
}
}
}
var valid41 = _errs173 === errors;
}
else {
var valid41 = true;
}
if(valid41){
if(data.dangers !== undefined){
let data57 = data.dangers;
const _errs178 = errors;
if(errors === _errs178){
if(Array.isArray(data57)){
var valid43 = true;
const len4 = data57.length;
for(let i4=0; i4<len4; i4++){
let data58 = data57[i4];
const _errs180 = errors;
if(!((((((((((((data58 === "delete:instance") || (data58 === "delete:config")) || (data58 === "expire:dimension")) || (data58 === "expire:index")) || (data58 === "reorder:dimension")) || (data58 === "copies:offline")) || (data58 === "copies:same-host")) || (data58 === "servermap:drops-data")) || (data58 === "deletes:many")) || (data58 === "store:redirect")) || (data58 === "expression:unvetted")) || (data58 === "node:command"))){
validate21.errors = [{instancePath:instancePath+"/dangers/" + i4,schemaPath:"#/$defs/danger/enum",keyword:"enum",params:{allowedValues: schema52.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid43 = _errs180 === errors;
if(!valid43){
break;
}
}
if(valid43){
let i5 = data57.length;
let j0;
if(i5 > 1){
outer0:
for(;i5--;){
for(j0 = i5; j0--;){
if(func0(data57[i5], data57[j0])){
validate21.errors = [{instancePath:instancePath+"/dangers",schemaPath:"#/properties/dangers/uniqueItems",keyword:"uniqueItems",params:{i: i5, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i5+" are identical)"}];
return false;
break outer0;
}
}
}
}
}
}
else {
validate21.errors = [{instancePath:instancePath+"/dangers",schemaPath:"#/properties/dangers/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid41 = _errs178 === errors;
}
else {
var valid41 = true;
}
}
}
}
}
}
}
}
}
else {
validate21.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate21.errors = vErrors;
return errors === 0;
}
validate21.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate20(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate20.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if(((((((((((((data.formatVersion === undefined) && (missing0 = "formatVersion")) || ((data.toolVersion === undefined) && (missing0 = "toolVersion"))) || ((data.cluster === undefined) && (missing0 = "cluster"))) || ((data.gitCommit === undefined) && (missing0 = "gitCommit"))) || ((data.base === undefined) && (missing0 = "base"))) || ((data.boundaries === undefined) && (missing0 = "boundaries"))) || ((data.partial === undefined) && (missing0 = "partial"))) || ((data.unmanaged === undefined) && (missing0 = "unmanaged"))) || ((data.notices === undefined) && (missing0 = "notices"))) || ((data.changes === undefined) && (missing0 = "changes"))) || ((data.summary === undefined) && (missing0 = "summary"))) || ((data.desired === undefined) && (missing0 = "desired"))){
validate20.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
const _errs1 = errors;
for(const key0 in data){
if(!(func1.call(schema31.properties, key0))){
validate20.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.formatVersion !== undefined){
const _errs2 = errors;
if(1 !== data.formatVersion){
validate20.errors = [{instancePath:instancePath+"/formatVersion",schemaPath:"#/properties/formatVersion/const",keyword:"const",params:{allowedValue: 1},message:"must be equal to constant"}];
return false;
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.toolVersion !== undefined){
const _errs3 = errors;
if(typeof data.toolVersion !== "string"){
validate20.errors = [{instancePath:instancePath+"/toolVersion",schemaPath:"#/properties/toolVersion/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs3 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.cluster !== undefined){
let data2 = data.cluster;
const _errs5 = errors;
if(errors === _errs5){
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
let missing1;
if(((data2.database === undefined) && (missing1 = "database")) || ((data2.id === undefined) && (missing1 = "id"))){
validate20.errors = [{instancePath:instancePath+"/cluster",schemaPath:"#/properties/cluster/required",keyword:"required",params:{missingProperty: missing1},message:"must have required property '"+missing1+"'"}];
return false;
}
else {
const _errs7 = errors;
for(const key1 in data2){
if(!((key1 === "database") || (key1 === "id"))){
validate20.errors = [{instancePath:instancePath+"/cluster",schemaPath:"#/properties/cluster/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs7 === errors){
if(data2.database !== undefined){
const _errs8 = errors;
if(typeof data2.database !== "string"){
validate20.errors = [{instancePath:instancePath+"/cluster/database",schemaPath:"#/properties/cluster/properties/database/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid1 = _errs8 === errors;
}
else {
var valid1 = true;
}
if(valid1){
if(data2.id !== undefined){
const _errs10 = errors;
if(typeof data2.id !== "string"){
validate20.errors = [{instancePath:instancePath+"/cluster/id",schemaPath:"#/properties/cluster/properties/id/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid1 = _errs10 === errors;
}
else {
var valid1 = true;
}
}
}
}
}
else {
validate20.errors = [{instancePath:instancePath+"/cluster",schemaPath:"#/properties/cluster/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid0 = _errs5 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.gitCommit !== undefined){
let data5 = data.gitCommit;
const _errs12 = errors;
if((typeof data5 !== "string") && (data5 !== null)){
validate20.errors = [{instancePath:instancePath+"/gitCommit",schemaPath:"#/properties/gitCommit/type",keyword:"type",params:{type: schema31.properties.gitCommit.type},message:"must be string,null"}];
return false;
}
var valid0 = _errs12 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.revertOf !== undefined){
let data6 = data.revertOf;
const _errs14 = errors;
if(errors === _errs14){
if(typeof data6 === "string"){
if(!pattern4.test(data6)){
validate20.errors = [{instancePath:instancePath+"/revertOf",schemaPath:"#/properties/revertOf/pattern",keyword:"pattern",params:{pattern: "^[1-9][0-9]{0,17}$"},message:"must match pattern \""+"^[1-9][0-9]{0,17}$"+"\""}];
return false;
}
}
else {
validate20.errors = [{instancePath:instancePath+"/revertOf",schemaPath:"#/properties/revertOf/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs14 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.setStatus !== undefined){
let data7 = data.setStatus;
const _errs16 = errors;
if(errors === _errs16){
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
let missing2;
if((((data7.status === undefined) && (missing2 = "status")) || ((data7.instances === undefined) && (missing2 = "instances"))) || ((data7.override === undefined) && (missing2 = "override"))){
validate20.errors = [{instancePath:instancePath+"/setStatus",schemaPath:"#/properties/setStatus/required",keyword:"required",params:{missingProperty: missing2},message:"must have required property '"+missing2+"'"}];
return false;
}
else {
const _errs18 = errors;
for(const key2 in data7){
if(!(((key2 === "status") || (key2 === "instances")) || (key2 === "override"))){
validate20.errors = [{instancePath:instancePath+"/setStatus",schemaPath:"#/properties/setStatus/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs18 === errors){
if(data7.status !== undefined){
let data8 = data7.status;
const _errs19 = errors;
if(!((((data8 === "offline") || (data8 === "read-only")) || (data8 === "write-only")) || (data8 === "online"))){
validate20.errors = [{instancePath:instancePath+"/setStatus/status",schemaPath:"#/properties/setStatus/properties/status/enum",keyword:"enum",params:{allowedValues: schema31.properties.setStatus.properties.status.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid2 = _errs19 === errors;
}
else {
var valid2 = true;
}
if(valid2){
if(data7.instances !== undefined){
let data9 = data7.instances;
const _errs20 = errors;
if(errors === _errs20){
if(Array.isArray(data9)){
var valid3 = true;
const len0 = data9.length;
for(let i0=0; i0<len0; i0++){
const _errs22 = errors;
if(typeof data9[i0] !== "string"){
validate20.errors = [{instancePath:instancePath+"/setStatus/instances/" + i0,schemaPath:"#/properties/setStatus/properties/instances/items/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid3 = _errs22 === errors;
if(!valid3){
break;
}
}
}
else {
validate20.errors = [{instancePath:instancePath+"/setStatus/instances",schemaPath:"#/properties/setStatus/properties/instances/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid2 = _errs20 === errors;
}
else {
var valid2 = true;
}
if(valid2){
if(data7.override !== undefined){
const _errs24 = errors;
if(typeof data7.override !== "boolean"){
validate20.errors = [{instancePath:instancePath+"/setStatus/override",schemaPath:"#/properties/setStatus/properties/override/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"}];
return false;
}
var valid2 = _errs24 === errors;
}
else {
var valid2 = true;
}
}
}
}
}
}
else {
validate20.errors = [{instancePath:instancePath+"/setStatus",schemaPath:"#/properties/setStatus/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid0 = _errs16 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.base !== undefined){
let data12 = data.base;
const _errs26 = errors;
if(errors === _errs26){
if(typeof data12 === "string"){
if(!pattern5.test(data12)){
validate20.errors = [{instancePath:instancePath+"/base",schemaPath:"#/properties/base/pattern",keyword:"pattern",params:{pattern: "^sha256:[0-9a-f]{64}$"},message:"must match pattern \""+"^sha256:[0-9a-f]{64}$"+"\""}];
return false;
}
}
else {
validate20.errors = [{instancePath:instancePath+"/base",schemaPath:"#/properties/base/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs26 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.boundaries !== undefined){
let data13 = data.boundaries;
const _errs28 = errors;
if(errors === _errs28){
if(data13 && typeof data13 == "object" && !Array.isArray(data13)){
let missing3;
if((((data13.production === undefined) && (missing3 = "production")) || ((data13.dimensions === undefined) && (missing3 = "dimensions"))) || ((data13.indexes === undefined) && (missing3 = "indexes"))){
validate20.errors = [{instancePath:instancePath+"/boundaries",schemaPath:"#/properties/boundaries/required",keyword:"required",params:{missingProperty: missing3},message:"must have required property '"+missing3+"'"}];
return false;
}
else {
const _errs30 = errors;
for(const key3 in data13){
if(!(((key3 === "production") || (key3 === "dimensions")) || (key3 === "indexes"))){
validate20.errors = [{instancePath:instancePath+"/boundaries",schemaPath:"#/properties/boundaries/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs30 === errors){
if(data13.production !== undefined){
const _errs31 = errors;
if(typeof data13.production !== "boolean"){
validate20.errors = [{instancePath:instancePath+"/boundaries/production",schemaPath:"#/properties/boundaries/properties/production/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"}];
return false;
}
var valid4 = _errs31 === errors;
}
else {
var valid4 = true;
}
if(valid4){
if(data13.dimensions !== undefined){
let data15 = data13.dimensions;
const _errs33 = errors;
const _errs34 = errors;
let valid5 = false;
let passing0 = null;
const _errs35 = errors;
const _errs36 = errors;
if(errors === _errs36){
if(typeof data15 === "string"){
if(!pattern6.test(data15)){
const err0 = {instancePath:instancePath+"/boundaries/dimensions",schemaPath:"#/$defs/timestamp/pattern",keyword:"pattern",params:{pattern: "^(-?infinity|\\d{4,}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d+)?( BC)?)$"},message:"must match pattern \""+"^(-?infinity|\\d{4,}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d+)?( BC)?)$"+"\""};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
else {
const err1 = {instancePath:instancePath+"/boundaries/dimensions",schemaPath:"#/$defs/timestamp/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
var _valid0 = _errs35 === errors;
if(_valid0){
valid5 = true;
passing0 = 0;
}
const _errs38 = errors;
if(data15 !== null){
const err2 = {instancePath:instancePath+"/boundaries/dimensions",schemaPath:"#/properties/boundaries/properties/dimensions/oneOf/1/type",keyword:"type",params:{type: "null"},message:"must be null"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
var _valid0 = _errs38 === errors;
if(_valid0 && valid5){
valid5 = false;
passing0 = [passing0, 1];
}
else {
if(_valid0){
valid5 = true;
passing0 = 1;
}
}
if(!valid5){
const err3 = {instancePath:instancePath+"/boundaries/dimensions",schemaPath:"#/properties/boundaries/properties/dimensions/oneOf",keyword:"oneOf",params:{passingSchemas: passing0},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
validate20.errors = vErrors;
return false;
}
else {
errors = _errs34;
if(vErrors !== null){
if(_errs34){
vErrors.length = _errs34;
}
else {
vErrors = null;
}
}
}
var valid4 = _errs33 === errors;
}
else {
var valid4 = true;
}
if(valid4){
if(data13.indexes !== undefined){
let data16 = data13.indexes;
const _errs40 = errors;
const _errs41 = errors;
let valid7 = false;
let passing1 = null;
const _errs42 = errors;
const _errs43 = errors;
if(errors === _errs43){
if(typeof data16 === "string"){
if(!pattern6.test(data16)){
const err4 = {instancePath:instancePath+"/boundaries/indexes",schemaPath:"#/$defs/timestamp/pattern",keyword:"pattern",params:{pattern: "^(-?infinity|\\d{4,}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d+)?( BC)?)$"},message:"must match pattern \""+"^(-?infinity|\\d{4,}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d+)?( BC)?)$"+"\""};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/boundaries/indexes",schemaPath:"#/$defs/timestamp/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
var _valid1 = _errs42 === errors;
if(_valid1){
valid7 = true;
passing1 = 0;
}
const _errs45 = errors;
if(data16 !== null){
const err6 = {instancePath:instancePath+"/boundaries/indexes",schemaPath:"#/properties/boundaries/properties/indexes/oneOf/1/type",keyword:"type",params:{type: "null"},message:"must be null"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
var _valid1 = _errs45 === errors;
if(_valid1 && valid7){
valid7 = false;
passing1 = [passing1, 1];
}
else {
if(_valid1){
valid7 = true;
passing1 = 1;
}
}
if(!valid7){
const err7 = {instancePath:instancePath+"/boundaries/indexes",schemaPath:"#/properties/boundaries/properties/indexes/oneOf",keyword:"oneOf",params:{passingSchemas: passing1},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
validate20.errors = vErrors;
return false;
}
else {
errors = _errs41;
if(vErrors !== null){
if(_errs41){
vErrors.length = _errs41;
}
else {
vErrors = null;
}
}
}
var valid4 = _errs40 === errors;
}
else {
var valid4 = true;
}
}
}
}
}
}
else {
validate20.errors = [{instancePath:instancePath+"/boundaries",schemaPath:"#/properties/boundaries/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid0 = _errs28 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.partial !== undefined){
let data17 = data.partial;
const _errs47 = errors;
const _errs48 = errors;
let valid9 = false;
let passing2 = null;
const _errs49 = errors;
const _errs50 = errors;
if(errors === _errs50){
if(data17 && typeof data17 == "object" && !Array.isArray(data17)){
let missing4;
if((((data17.targets === undefined) && (missing4 = "targets")) || ((data17.excludes === undefined) && (missing4 = "excludes"))) || ((data17.leftOut === undefined) && (missing4 = "leftOut"))){
const err8 = {instancePath:instancePath+"/partial",schemaPath:"#/$defs/partial/required",keyword:"required",params:{missingProperty: missing4},message:"must have required property '"+missing4+"'"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
else {
const _errs52 = errors;
for(const key4 in data17){
if(!(((key4 === "targets") || (key4 === "excludes")) || (key4 === "leftOut"))){
const err9 = {instancePath:instancePath+"/partial",schemaPath:"#/$defs/partial/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
break;
}
}
if(_errs52 === errors){
if(data17.targets !== undefined){
let data18 = data17.targets;
const _errs53 = errors;
if(errors === _errs53){
if(Array.isArray(data18)){
var valid12 = true;
const len1 = data18.length;
for(let i1=0; i1<len1; i1++){
const _errs55 = errors;
if(typeof data18[i1] !== "string"){
const err10 = {instancePath:instancePath+"/partial/targets/" + i1,schemaPath:"#/$defs/partial/properties/targets/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
var valid12 = _errs55 === errors;
if(!valid12){
break;
}
}
}
else {
const err11 = {instancePath:instancePath+"/partial/targets",schemaPath:"#/$defs/partial/properties/targets/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
var valid11 = _errs53 === errors;
}
else {
var valid11 = true;
}
if(valid11){
if(data17.excludes !== undefined){
let data20 = data17.excludes;
const _errs57 = errors;
if(errors === _errs57){
if(Array.isArray(data20)){
var valid13 = true;
const len2 = data20.length;
for(let i2=0; i2<len2; i2++){
const _errs59 = errors;
if(typeof data20[i2] !== "string"){
const err12 = {instancePath:instancePath+"/partial/excludes/" + i2,schemaPath:"#/$defs/partial/properties/excludes/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
var valid13 = _errs59 === errors;
if(!valid13){
break;
}
}
}
else {
const err13 = {instancePath:instancePath+"/partial/excludes",schemaPath:"#/$defs/partial/properties/excludes/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
var valid11 = _errs57 === errors;
}
else {
var valid11 = true;
}
if(valid11){
if(data17.leftOut !== undefined){
let data22 = data17.leftOut;
const _errs61 = errors;
if(!(((typeof data22 == "number") && (!(data22 % 1) && !isNaN(data22))) && (isFinite(data22)))){
const err14 = {instancePath:instancePath+"/partial/leftOut",schemaPath:"#/$defs/partial/properties/leftOut/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(errors === _errs61){
if((typeof data22 == "number") && (isFinite(data22))){
if(data22 < 0 || isNaN(data22)){
const err15 = {instancePath:instancePath+"/partial/leftOut",schemaPath:"#/$defs/partial/properties/leftOut/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
}
var valid11 = _errs61 === errors;
}
else {
var valid11 = true;
}
}
}
}
}
}
else {
const err16 = {instancePath:instancePath+"/partial",schemaPath:"#/$defs/partial/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
var _valid2 = _errs49 === errors;
if(_valid2){
valid9 = true;
passing2 = 0;
}
const _errs63 = errors;
if(data17 !== null){
const err17 = {instancePath:instancePath+"/partial",schemaPath:"#/properties/partial/oneOf/1/type",keyword:"type",params:{type: "null"},message:"must be null"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
var _valid2 = _errs63 === errors;
if(_valid2 && valid9){
valid9 = false;
passing2 = [passing2, 1];
}
else {
if(_valid2){
valid9 = true;
passing2 = 1;
}
}
if(!valid9){
const err18 = {instancePath:instancePath+"/partial",schemaPath:"#/properties/partial/oneOf",keyword:"oneOf",params:{passingSchemas: passing2},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
validate20.errors = vErrors;
return false;
}
else {
errors = _errs48;
if(vErrors !== null){
if(_errs48){
vErrors.length = _errs48;
}
else {
vErrors = null;
}
}
}
var valid0 = _errs47 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.unmanaged !== undefined){
let data23 = data.unmanaged;
const _errs65 = errors;
if(errors === _errs65){
if(Array.isArray(data23)){
var valid14 = true;
const len3 = data23.length;
for(let i3=0; i3<len3; i3++){
let data24 = data23[i3];
const _errs67 = errors;
if(errors === _errs67){
if(data24 && typeof data24 == "object" && !Array.isArray(data24)){
let missing5;
if(((data24.section === undefined) && (missing5 = "section")) || ((data24.recorded === undefined) && (missing5 = "recorded"))){
validate20.errors = [{instancePath:instancePath+"/unmanaged/" + i3,schemaPath:"#/properties/unmanaged/items/required",keyword:"required",params:{missingProperty: missing5},message:"must have required property '"+missing5+"'"}];
return false;
}
else {
const _errs69 = errors;
for(const key5 in data24){
if(!((key5 === "section") || (key5 === "recorded"))){
validate20.errors = [{instancePath:instancePath+"/unmanaged/" + i3,schemaPath:"#/properties/unmanaged/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs69 === errors){
if(data24.section !== undefined){
let data25 = data24.section;
const _errs70 = errors;
if(!(((((data25 === "config") || (data25 === "instances")) || (data25 === "dimensions")) || (data25 === "indexes")) || (data25 === "servermap"))){
validate20.errors = [{instancePath:instancePath+"/unmanaged/" + i3+"/section",schemaPath:"#/properties/unmanaged/items/properties/section/enum",keyword:"enum",params:{allowedValues: schema31.properties.unmanaged.items.properties.section.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid15 = _errs70 === errors;
}
else {
var valid15 = true;
}
if(valid15){
if(data24.recorded !== undefined){
let data26 = data24.recorded;
const _errs71 = errors;
if(!(((typeof data26 == "number") && (!(data26 % 1) && !isNaN(data26))) && (isFinite(data26)))){
validate20.errors = [{instancePath:instancePath+"/unmanaged/" + i3+"/recorded",schemaPath:"#/properties/unmanaged/items/properties/recorded/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs71){
if((typeof data26 == "number") && (isFinite(data26))){
if(data26 < 0 || isNaN(data26)){
validate20.errors = [{instancePath:instancePath+"/unmanaged/" + i3+"/recorded",schemaPath:"#/properties/unmanaged/items/properties/recorded/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"}];
return false;
}
}
}
var valid15 = _errs71 === errors;
}
else {
var valid15 = true;
}
}
}
}
}
else {
validate20.errors = [{instancePath:instancePath+"/unmanaged/" + i3,schemaPath:"#/properties/unmanaged/items/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid14 = _errs67 === errors;
if(!valid14){
break;
}
}
}
else {
validate20.errors = [{instancePath:instancePath+"/unmanaged",schemaPath:"#/properties/unmanaged/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid0 = _errs65 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.notices !== undefined){
let data27 = data.notices;
const _errs73 = errors;
if(errors === _errs73){
if(Array.isArray(data27)){
var valid16 = true;
const len4 = data27.length;
for(let i4=0; i4<len4; i4++){
const _errs75 = errors;
if(typeof data27[i4] !== "string"){
validate20.errors = [{instancePath:instancePath+"/notices/" + i4,schemaPath:"#/properties/notices/items/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid16 = _errs75 === errors;
if(!valid16){
break;
}
}
}
else {
validate20.errors = [{instancePath:instancePath+"/notices",schemaPath:"#/properties/notices/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid0 = _errs73 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.changes !== undefined){
let data29 = data.changes;
const _errs77 = errors;
if(errors === _errs77){
if(Array.isArray(data29)){
var valid17 = true;
const len5 = data29.length;
for(let i5=0; i5<len5; i5++){
const _errs79 = errors;
if(!(validate21(data29[i5], {instancePath:instancePath+"/changes/" + i5,parentData:data29,parentDataProperty:i5,rootData,dynamicAnchors}))){
vErrors = joined(vErrors, validate21.errors);
errors = vErrors.length;
}
var valid17 = _errs79 === errors;
if(!valid17){
break;
}
}
}
else {
validate20.errors = [{instancePath:instancePath+"/changes",schemaPath:"#/properties/changes/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid0 = _errs77 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.summary !== undefined){
let data31 = data.summary;
const _errs80 = errors;
if(errors === _errs80){
if(data31 && typeof data31 == "object" && !Array.isArray(data31)){
let missing6;
if(((((data31.add === undefined) && (missing6 = "add")) || ((data31.change === undefined) && (missing6 = "change"))) || ((data31.expire === undefined) && (missing6 = "expire"))) || ((data31.delete === undefined) && (missing6 = "delete"))){
validate20.errors = [{instancePath:instancePath+"/summary",schemaPath:"#/properties/summary/required",keyword:"required",params:{missingProperty: missing6},message:"must have required property '"+missing6+"'"}];
return false;
}
else {
const _errs82 = errors;
for(const key6 in data31){
if(!((((key6 === "add") || (key6 === "change")) || (key6 === "expire")) || (key6 === "delete"))){
validate20.errors = [{instancePath:instancePath+"/summary",schemaPath:"#/properties/summary/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs82 === errors){
if(data31.add !== undefined){
let data32 = data31.add;
const _errs83 = errors;
if(!(((typeof data32 == "number") && (!(data32 % 1) && !isNaN(data32))) && (isFinite(data32)))){
validate20.errors = [{instancePath:instancePath+"/summary/add",schemaPath:"#/properties/summary/properties/add/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs83){
if((typeof data32 == "number") && (isFinite(data32))){
if(data32 < 0 || isNaN(data32)){
validate20.errors = [{instancePath:instancePath+"/summary/add",schemaPath:"#/properties/summary/properties/add/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"}];
return false;
}
}
}
var valid18 = _errs83 === errors;
}
else {
var valid18 = true;
}
if(valid18){
if(data31.change !== undefined){
let data33 = data31.change;
const _errs85 = errors;
if(!(((typeof data33 == "number") && (!(data33 % 1) && !isNaN(data33))) && (isFinite(data33)))){
validate20.errors = [{instancePath:instancePath+"/summary/change",schemaPath:"#/properties/summary/properties/change/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs85){
if((typeof data33 == "number") && (isFinite(data33))){
if(data33 < 0 || isNaN(data33)){
validate20.errors = [{instancePath:instancePath+"/summary/change",schemaPath:"#/properties/summary/properties/change/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"}];
return false;
}
}
}
var valid18 = _errs85 === errors;
}
else {
var valid18 = true;
}
if(valid18){
if(data31.expire !== undefined){
let data34 = data31.expire;
const _errs87 = errors;
if(!(((typeof data34 == "number") && (!(data34 % 1) && !isNaN(data34))) && (isFinite(data34)))){
validate20.errors = [{instancePath:instancePath+"/summary/expire",schemaPath:"#/properties/summary/properties/expire/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs87){
if((typeof data34 == "number") && (isFinite(data34))){
if(data34 < 0 || isNaN(data34)){
validate20.errors = [{instancePath:instancePath+"/summary/expire",schemaPath:"#/properties/summary/properties/expire/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"}];
return false;
}
}
}
var valid18 = _errs87 === errors;
}
else {
var valid18 = true;
}
if(valid18){
if(data31.delete !== undefined){
let data35 = data31.delete;
const _errs89 = errors;
if(!(((typeof data35 == "number") && (!(data35 % 1) && !isNaN(data35))) && (isFinite(data35)))){
validate20.errors = [{instancePath:instancePath+"/summary/delete",schemaPath:"#/properties/summary/properties/delete/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs89){
if((typeof data35 == "number") && (isFinite(data35))){
if(data35 < 0 || isNaN(data35)){
validate20.errors = [{instancePath:instancePath+"/summary/delete",schemaPath:"#/properties/summary/properties/delete/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"}];
return false;
}
}
}
var valid18 = _errs89 === errors;
}
else {
var valid18 = true;
}
}
}
}
}
}
}
else {
validate20.errors = [{instancePath:instancePath+"/summary",schemaPath:"#/properties/summary/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid0 = _errs80 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.desired !== undefined){
let data36 = data.desired;
const _errs91 = errors;
if(errors === _errs91){
if(typeof data36 === "string"){
if(func3(data36) < 1){
validate20.errors = [{instancePath:instancePath+"/desired",schemaPath:"#/properties/desired/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
}
else {
validate20.errors = [{instancePath:instancePath+"/desired",schemaPath:"#/properties/desired/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs91 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
}
}
}
}
}
}
}
}
}
}
}
else {
validate20.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate20.errors = vErrors;
return errors === 0;
}
validate20.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};
function joined(all, more) {
if (all === null) return more;
for (const error of more) all.push(error);
return all;
}
