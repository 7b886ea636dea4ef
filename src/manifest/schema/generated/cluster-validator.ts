// @ts-nocheck
// Generated from schema/cluster|overrides.schema.json by `npm run generate`. Do not edit.
import type { SchemaError } from '../explain.js';

/** The violations of schema/cluster.schema.json by a document; none when it is correct. */
export function clusterErrors(document: unknown): readonly SchemaError[] {
  return validate10(document) ? [] : validate10.errors;
}

/** The violations of schema/overrides.schema.json by a document; none when it is correct. */
export function overridesErrors(document: unknown): readonly SchemaError[] {
  return validate19(document) ? [] : validate19.errors;
}

const schema11 = {"$schema":"http://json-schema.org/draft-07/schema#","$id":"urn:lenkwerk:cluster:v1","title":"Cluster manifest","description":"The desired state of a Bagger cluster, or a part of it. Any number of manifests are merged into one. A section that no manifest names is not managed and stays as it is; a section that is present is managed whole: what it does not list leaves the cluster, and an empty list means none.","type":"object","required":["apiVersion","kind"],"additionalProperties":false,"properties":{"apiVersion":{"title":"API version","description":"The version of this format.","const":"lenkwerk/v1"},"kind":{"title":"Kind","description":"The kind of document.","const":"Cluster"},"cluster":{"title":"Cluster","description":"The uuid of the cluster that the manifest is meant for, or the name of its database. Against another one nothing is planned or applied. Left out: no such check.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["production_eu"]},"instances":{"title":"Instances","description":"The PostgreSQL storage nodes, all of them. An instance that is not listed is removed from the cluster, which has to be allowed by name.","type":"array","items":{"$ref":"#/definitions/instance"}},"dimensions":{"title":"Dimensions","description":"The parts of a message that name its partition, in the order of evaluation. The order carries meaning, so all dimensions stand in one document. In production they take effect at an hour boundary, and their order does not change.","type":"array","items":{"$ref":"#/definitions/dimension"}},"indexes":{"title":"Indexes","description":"The indexes that storage nodes create on future partitions. One that is not listed expires; data that it covers already keeps it.","type":"array","items":{"$ref":"#/definitions/index"}},"servermap":{"$ref":"#/definitions/servermap"},"config":{"$ref":"#/definitions/config"},"unmanaged":{"title":"Unmanaged","description":"Addresses, as plans show them, of recorded objects that stay as they are although their section is managed. Plans name each of them.","type":"array","items":{"title":"Address","description":"An address without wildcards: instance/host:port, dimension//pointer, index/name or config/key. To leave the server map alone, leave out its section.","type":"string","pattern":"^(config|dimension|index|instance)/","examples":["config/kafka_broker"]}}},"definitions":{"instance":{"title":"Instance","description":"One PostgreSQL instance, or a range of them. Host and port identify it.","type":"object","required":["host","username"],"additionalProperties":false,"properties":{"host":{"title":"Host","description":"Host name or address. A range in brackets stands for one instance per number, padded with zeros to the width of its first number; several ranges multiply.","type":"string","minLength":1,"maxLength":600,"pattern":"^[^\\s/\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["storage-1.example.com","storage-[001-120].dc1.example.com"]},"port":{"title":"Port","description":"TCP port of the instance.","type":"integer","minimum":1,"maximum":65535,"default":5432},"username":{"title":"User name","description":"The database role that connects to the instance. No password is ever stored.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["schaufel"]},"status":{"title":"Status","description":"What the instance may be used for. Left out: operators own the status, it is never changed from here, and a new instance starts offline.","enum":["offline","read-only","write-only","online"]}}},"dimension":{"title":"Dimension","description":"One part of the partition name. The field identifies it.","type":"object","required":["field"],"additionalProperties":false,"properties":{"field":{"title":"Field","description":"JSON pointer (RFC 6901) into the message. A name without a leading slash is one unescaped token: `service` is `/service`.","type":"string","minLength":1,"maxLength":600,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["/service","/kubernetes/namespace"]},"default":{"title":"Default","description":"The value that stands in for a message without this field.","type":"string","pattern":"^[^\\u0000]*$","default":"notexist"}}},"index":{"title":"Index","description":"An index of every future partition. The name identifies it; its method and its expressions do not change in place: write a new index beside the old one.","type":"object","required":["name","method","fields"],"additionalProperties":false,"properties":{"name":{"title":"Name","description":"At most 16 characters.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","maxLength":16,"examples":["base_idx"]},"method":{"title":"Access method","description":"btree, hash, gist or gin, or one that config additional_index_types adds.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["btree","hash","gist","gin"]},"tablespace":{"title":"Tablespace","description":"The tablespace of the storage nodes that holds the index.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","default":"pg_default"},"fields":{"title":"Fields","description":"What is indexed, in the order of the index columns. Storage nodes make no index without fields.","type":"array","maxItems":32,"items":{"$ref":"#/definitions/field"}}}},"field":{"title":"Index field","description":"Exactly one of `pointer` and `expression`.","type":"object","additionalProperties":false,"properties":{"pointer":{"title":"Pointer","description":"JSON pointer (RFC 6901) into the message; it compiles to an expression over the column `data`.","type":"string","minLength":1,"pattern":"^/[^\\u0000]*$","examples":["/user/id"]},"type":{"title":"Type","description":"The PostgreSQL type that the value at the pointer is cast to.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["bigint","text"]},"expression":{"title":"Expression","description":"An SQL expression over the column `data` (jsonb), evaluated by the storage nodes whenever a message is stored. Others than immutable built-in functions of linear cost have to be allowed by name.","type":"string","minLength":1,"pattern":"^[^\\u0000]+$","examples":["lower(data->>'email')"]}},"oneOf":[{"required":["pointer"]},{"required":["expression"]}],"dependencies":{"type":["pointer"]}},"servermap":{"title":"Server map","description":"Which instances hold the copies of new data. Exactly one of `algorithm` and `map`. A new generation is recorded only when the wanted map differs from the current one.","type":"object","additionalProperties":false,"properties":{"algorithm":{"title":"Algorithm","description":"`ring` sorts the instances by host and pairs each with the one that lies far enough round the ring to be on another host.","enum":["ring"]},"map":{"$ref":"#/definitions/literalServermap"}},"oneOf":[{"required":["algorithm"]},{"required":["map"]}]},"literalServermap":{"title":"Literal server map","description":"The map as it is recorded: `version: 1` and one entry per instance, under `host_port`.","type":"object","required":["version"],"properties":{"version":{"title":"Version","description":"The version of the map format.","const":1}},"additionalProperties":{"$ref":"#/definitions/servermapEntry"}},"servermapEntry":{"title":"Server map entry","description":"Where one share of new data goes.","type":"object","required":["schaufel","copies"],"additionalProperties":false,"properties":{"schaufel":{"$ref":"#/definitions/servermapInstance"},"copies":{"title":"Copies","description":"The two instances that hold the data.","type":"array","minItems":2,"maxItems":2,"items":{"$ref":"#/definitions/servermapInstance"}}}},"servermapInstance":{"title":"Instance of a server map","description":"An instance by its recorded id, host and port.","type":"object","required":["id","host","port"],"additionalProperties":false,"properties":{"id":{"title":"Id","description":"The id of the row that records the instance.","type":"integer","minimum":1,"maximum":2147483647},"host":{"title":"Host","description":"The host of the instance.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},"port":{"title":"Port","description":"The port of the instance.","type":"integer","minimum":1,"maximum":65535}}},"config":{"title":"Config","description":"Settings of the cluster, managed whole. The keys described here have a meaning to the cluster; any other key, of at most 600 characters, holds any JSON value but null.","type":"object","propertyNames":{"maxLength":600,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},"properties":{"production":{"title":"Production","description":"1: changes of dimensions and indexes wait for an hour boundary that leaves the cluster time to hear of them. 0: they take effect at once, for all time.","enum":[0,1,"0","1"],"default":0},"allow_backedated_indexes":{"title":"Allow back-dated indexes","description":"1: in production, too, indexes may be valid from the past.","enum":[0,1,"0","1"],"default":0},"dimensions_hrs_in_future":{"title":"Lead time of dimensions","description":"In production, how many whole hours ahead a change of dimensions takes effect.","type":["integer","string"],"minimum":1,"maximum":99999,"pattern":"^[1-9][0-9]{0,4}$","default":1},"indexes_hrs_in_future":{"title":"Lead time of indexes","description":"In production, how many whole hours ahead a change of indexes takes effect.","type":["integer","string"],"minimum":1,"maximum":99999,"pattern":"^[1-9][0-9]{0,4}$","default":1},"bagger_db":{"title":"Database of the storage nodes","description":"The name of the database that holds the messages on each storage node.","type":"string","minLength":1,"default":"bagger"},"retain_hrs":{"title":"Retention","description":"How many hours data is kept before it is purged; 0 keeps it for ever.","type":["integer","string"],"minimum":0,"maximum":999999999999999,"pattern":"^(0|[1-9][0-9]{0,17})$","default":24,"examples":[48]},"data_storage_mode":{"title":"Data storage mode","description":"How storage nodes keep the messages.","type":["integer","string"]},"kafka_topic":{"title":"Kafka topic","description":"The topic that the messages are read from.","type":"string","minLength":1,"examples":["events"]},"kafka_broker":{"title":"Kafka broker","description":"The broker, or several separated by commas.","type":"string","minLength":1,"examples":["kafka-1.example.com:9092"]},"kafka_consumer_group":{"title":"Kafka consumer group","description":"The consumer group that the writers join.","type":"string","minLength":1},"schaufel_threads":{"title":"Schaufel threads","description":"The number of threads of each writer.","type":["integer","string"],"minimum":1,"maximum":999999999,"pattern":"^[1-9][0-9]{0,8}$","examples":[4]},"schaufel_cmd":{"title":"Schaufel command","description":"The command that starts a writer.","type":"string","minLength":1},"schaufel_log":{"title":"Schaufel log","description":"Where a writer logs.","type":"string","minLength":1},"kvstore_type":{"title":"Key-value store type","description":"The driver of the default key-value store.","type":"string","minLength":1,"examples":["etcd","postgres","redis","valkey","zookeeper"]},"kvstore_config":{"title":"Key-value store settings","description":"The settings of the driver, at least a host, or endpoints. A login is referred to, never written out: user or userEnv, passwordEnv (variables LENKWERK_STORE_*), or passwordFile (below agent --secrets-dir).","type":"object","anyOf":[{"required":["host"]},{"required":["endpoints"]}],"properties":{"host":{"title":"Host","description":"The host of the store.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},"port":{"title":"Port","description":"The port of the store.","type":["integer","string"],"minimum":1,"maximum":65535,"pattern":"^[1-9][0-9]{0,4}$"},"endpoints":{"title":"Endpoints","description":"Several endpoints of etcd, such as host:2379; then host and port do not count.","type":"array","minItems":1,"maxItems":32,"items":{"type":"string","minLength":1}}},"additionalProperties":true},"kvstores":{"title":"Further key-value stores","description":"More stores to publish to, by the name of the target: up to 40 small letters, digits and _.","type":"object","propertyNames":{"pattern":"^[a-z0-9_]{1,40}$"},"additionalProperties":{"title":"Target","description":"One more store.","type":"object","required":["type","config"],"additionalProperties":false,"properties":{"type":{"title":"Type","description":"The driver of the store.","type":"string","minLength":1,"examples":["etcd","postgres","redis","valkey","zookeeper"]},"config":{"title":"Settings","description":"The settings of the driver.","type":"object","additionalProperties":true}}}},"additional_index_types":{"title":"Additional index types","description":"Access methods beyond btree, hash, gist and gin that indexes may use.","type":"array","items":{"type":"string","minLength":1},"uniqueItems":true,"examples":[["brin"]]},"connections_per_request":{"title":"Connections per request","description":"How many connections the query proxy opens for one request.","type":["integer","string"],"minimum":1,"maximum":999999999,"pattern":"^[1-9][0-9]{0,8}$"},"disable_seq_scan":{"title":"Disable sequential scans","description":"Whether the query proxy forbids sequential scans.","enum":[0,1,"0","1",true,false]},"require_time":{"title":"Require a time","description":"Whether the query proxy asks every query for a range of time.","enum":[0,1,"0","1",true,false]}},"additionalProperties":{"title":"Any other key","description":"Any JSON value but null.","type":["array","boolean","number","object","string"]}}}};
const schema12 = {"title":"Instance","description":"One PostgreSQL instance, or a range of them. Host and port identify it.","type":"object","required":["host","username"],"additionalProperties":false,"properties":{"host":{"title":"Host","description":"Host name or address. A range in brackets stands for one instance per number, padded with zeros to the width of its first number; several ranges multiply.","type":"string","minLength":1,"maxLength":600,"pattern":"^[^\\s/\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["storage-1.example.com","storage-[001-120].dc1.example.com"]},"port":{"title":"Port","description":"TCP port of the instance.","type":"integer","minimum":1,"maximum":65535,"default":5432},"username":{"title":"User name","description":"The database role that connects to the instance. No password is ever stored.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["schaufel"]},"status":{"title":"Status","description":"What the instance may be used for. Left out: operators own the status, it is never changed from here, and a new instance starts offline.","enum":["offline","read-only","write-only","online"]}}};
const schema13 = {"title":"Dimension","description":"One part of the partition name. The field identifies it.","type":"object","required":["field"],"additionalProperties":false,"properties":{"field":{"title":"Field","description":"JSON pointer (RFC 6901) into the message. A name without a leading slash is one unescaped token: `service` is `/service`.","type":"string","minLength":1,"maxLength":600,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["/service","/kubernetes/namespace"]},"default":{"title":"Default","description":"The value that stands in for a message without this field.","type":"string","pattern":"^[^\\u0000]*$","default":"notexist"}}};
const schema21 = {"title":"Config","description":"Settings of the cluster, managed whole. The keys described here have a meaning to the cluster; any other key, of at most 600 characters, holds any JSON value but null.","type":"object","propertyNames":{"maxLength":600,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},"properties":{"production":{"title":"Production","description":"1: changes of dimensions and indexes wait for an hour boundary that leaves the cluster time to hear of them. 0: they take effect at once, for all time.","enum":[0,1,"0","1"],"default":0},"allow_backedated_indexes":{"title":"Allow back-dated indexes","description":"1: in production, too, indexes may be valid from the past.","enum":[0,1,"0","1"],"default":0},"dimensions_hrs_in_future":{"title":"Lead time of dimensions","description":"In production, how many whole hours ahead a change of dimensions takes effect.","type":["integer","string"],"minimum":1,"maximum":99999,"pattern":"^[1-9][0-9]{0,4}$","default":1},"indexes_hrs_in_future":{"title":"Lead time of indexes","description":"In production, how many whole hours ahead a change of indexes takes effect.","type":["integer","string"],"minimum":1,"maximum":99999,"pattern":"^[1-9][0-9]{0,4}$","default":1},"bagger_db":{"title":"Database of the storage nodes","description":"The name of the database that holds the messages on each storage node.","type":"string","minLength":1,"default":"bagger"},"retain_hrs":{"title":"Retention","description":"How many hours data is kept before it is purged; 0 keeps it for ever.","type":["integer","string"],"minimum":0,"maximum":999999999999999,"pattern":"^(0|[1-9][0-9]{0,17})$","default":24,"examples":[48]},"data_storage_mode":{"title":"Data storage mode","description":"How storage nodes keep the messages.","type":["integer","string"]},"kafka_topic":{"title":"Kafka topic","description":"The topic that the messages are read from.","type":"string","minLength":1,"examples":["events"]},"kafka_broker":{"title":"Kafka broker","description":"The broker, or several separated by commas.","type":"string","minLength":1,"examples":["kafka-1.example.com:9092"]},"kafka_consumer_group":{"title":"Kafka consumer group","description":"The consumer group that the writers join.","type":"string","minLength":1},"schaufel_threads":{"title":"Schaufel threads","description":"The number of threads of each writer.","type":["integer","string"],"minimum":1,"maximum":999999999,"pattern":"^[1-9][0-9]{0,8}$","examples":[4]},"schaufel_cmd":{"title":"Schaufel command","description":"The command that starts a writer.","type":"string","minLength":1},"schaufel_log":{"title":"Schaufel log","description":"Where a writer logs.","type":"string","minLength":1},"kvstore_type":{"title":"Key-value store type","description":"The driver of the default key-value store.","type":"string","minLength":1,"examples":["etcd","postgres","redis","valkey","zookeeper"]},"kvstore_config":{"title":"Key-value store settings","description":"The settings of the driver, at least a host, or endpoints. A login is referred to, never written out: user or userEnv, passwordEnv (variables LENKWERK_STORE_*), or passwordFile (below agent --secrets-dir).","type":"object","anyOf":[{"required":["host"]},{"required":["endpoints"]}],"properties":{"host":{"title":"Host","description":"The host of the store.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},"port":{"title":"Port","description":"The port of the store.","type":["integer","string"],"minimum":1,"maximum":65535,"pattern":"^[1-9][0-9]{0,4}$"},"endpoints":{"title":"Endpoints","description":"Several endpoints of etcd, such as host:2379; then host and port do not count.","type":"array","minItems":1,"maxItems":32,"items":{"type":"string","minLength":1}}},"additionalProperties":true},"kvstores":{"title":"Further key-value stores","description":"More stores to publish to, by the name of the target: up to 40 small letters, digits and _.","type":"object","propertyNames":{"pattern":"^[a-z0-9_]{1,40}$"},"additionalProperties":{"title":"Target","description":"One more store.","type":"object","required":["type","config"],"additionalProperties":false,"properties":{"type":{"title":"Type","description":"The driver of the store.","type":"string","minLength":1,"examples":["etcd","postgres","redis","valkey","zookeeper"]},"config":{"title":"Settings","description":"The settings of the driver.","type":"object","additionalProperties":true}}}},"additional_index_types":{"title":"Additional index types","description":"Access methods beyond btree, hash, gist and gin that indexes may use.","type":"array","items":{"type":"string","minLength":1},"uniqueItems":true,"examples":[["brin"]]},"connections_per_request":{"title":"Connections per request","description":"How many connections the query proxy opens for one request.","type":["integer","string"],"minimum":1,"maximum":999999999,"pattern":"^[1-9][0-9]{0,8}$"},"disable_seq_scan":{"title":"Disable sequential scans","description":"Whether the query proxy forbids sequential scans.","enum":[0,1,"0","1",true,false]},"require_time":{"title":"Require a time","description":"Whether the query proxy asks every query for a range of time.","enum":[0,1,"0","1",true,false]}},"additionalProperties":{"title":"Any other key","description":"Any JSON value but null.","type":["array","boolean","number","object","string"]}};
const func2 = Object.prototype.hasOwnProperty;
const func3 = (text) => [...text].length;
const pattern0 = new RegExp("^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$", "u");
const pattern1 = new RegExp("^[^\\s/\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$", "u");
const pattern4 = new RegExp("^[^\\u0000]*$", "u");
const pattern14 = new RegExp("^[1-9][0-9]{0,4}$", "u");
const pattern16 = new RegExp("^(0|[1-9][0-9]{0,17})$", "u");
const pattern17 = new RegExp("^[1-9][0-9]{0,8}$", "u");
const pattern20 = new RegExp("^[a-z0-9_]{1,40}$", "u");
const pattern22 = new RegExp("^(config|dimension|index|instance)/", "u");
const schema14 = {"title":"Index","description":"An index of every future partition. The name identifies it; its method and its expressions do not change in place: write a new index beside the old one.","type":"object","required":["name","method","fields"],"additionalProperties":false,"properties":{"name":{"title":"Name","description":"At most 16 characters.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","maxLength":16,"examples":["base_idx"]},"method":{"title":"Access method","description":"btree, hash, gist or gin, or one that config additional_index_types adds.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["btree","hash","gist","gin"]},"tablespace":{"title":"Tablespace","description":"The tablespace of the storage nodes that holds the index.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","default":"pg_default"},"fields":{"title":"Fields","description":"What is indexed, in the order of the index columns. Storage nodes make no index without fields.","type":"array","maxItems":32,"items":{"$ref":"#/definitions/field"}}}};
const schema15 = {"title":"Index field","description":"Exactly one of `pointer` and `expression`.","type":"object","additionalProperties":false,"properties":{"pointer":{"title":"Pointer","description":"JSON pointer (RFC 6901) into the message; it compiles to an expression over the column `data`.","type":"string","minLength":1,"pattern":"^/[^\\u0000]*$","examples":["/user/id"]},"type":{"title":"Type","description":"The PostgreSQL type that the value at the pointer is cast to.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["bigint","text"]},"expression":{"title":"Expression","description":"An SQL expression over the column `data` (jsonb), evaluated by the storage nodes whenever a message is stored. Others than immutable built-in functions of linear cost have to be allowed by name.","type":"string","minLength":1,"pattern":"^[^\\u0000]+$","examples":["lower(data->>'email')"]}},"oneOf":[{"required":["pointer"]},{"required":["expression"]}],"dependencies":{"type":["pointer"]}};
const pattern8 = new RegExp("^/[^\\u0000]*$", "u");
const pattern10 = new RegExp("^[^\\u0000]+$", "u");

function validate11(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.name === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.method === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "method"},message:"must have required property '"+"method"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.fields === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "fields"},message:"must have required property '"+"fields"+"'"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
for(const key0 in data){
if(!((((key0 === "name") || (key0 === "method")) || (key0 === "tablespace")) || (key0 === "fields"))){
const err3 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.name !== undefined){
let data0 = data.name;
if(typeof data0 === "string"){
if(func3(data0) > 16){
const err4 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/maxLength",keyword:"maxLength",params:{limit: 16},message:"must NOT have more than 16 characters"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if(func3(data0) < 1){
const err5 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(!pattern0.test(data0)){
const err6 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
else {
const err7 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.method !== undefined){
let data1 = data.method;
if(typeof data1 === "string"){
if(func3(data1) < 1){
const err8 = {instancePath:instancePath+"/method",schemaPath:"#/properties/method/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(!pattern0.test(data1)){
const err9 = {instancePath:instancePath+"/method",schemaPath:"#/properties/method/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
else {
const err10 = {instancePath:instancePath+"/method",schemaPath:"#/properties/method/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data.tablespace !== undefined){
let data2 = data.tablespace;
if(typeof data2 === "string"){
if(func3(data2) < 1){
const err11 = {instancePath:instancePath+"/tablespace",schemaPath:"#/properties/tablespace/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
if(!pattern0.test(data2)){
const err12 = {instancePath:instancePath+"/tablespace",schemaPath:"#/properties/tablespace/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
else {
const err13 = {instancePath:instancePath+"/tablespace",schemaPath:"#/properties/tablespace/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data.fields !== undefined){
let data3 = data.fields;
if(Array.isArray(data3)){
if(data3.length > 32){
const err14 = {instancePath:instancePath+"/fields",schemaPath:"#/properties/fields/maxItems",keyword:"maxItems",params:{limit: 32},message:"must NOT have more than 32 items"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
const len0 = data3.length;
for(let i0=0; i0<len0; i0++){
let data4 = data3[i0];
const _errs13 = errors;
let valid4 = false;
let passing0 = null;
const _errs14 = errors;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
if(data4.pointer === undefined){
const err15 = {instancePath:instancePath+"/fields/" + i0,schemaPath:"#/definitions/field/oneOf/0/required",keyword:"required",params:{missingProperty: "pointer"},message:"must have required property '"+"pointer"+"'"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
var _valid0 = _errs14 === errors;
if(_valid0){
valid4 = true;
passing0 = 0;
}
const _errs15 = errors;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
if(data4.expression === undefined){
const err16 = {instancePath:instancePath+"/fields/" + i0,schemaPath:"#/definitions/field/oneOf/1/required",keyword:"required",params:{missingProperty: "expression"},message:"must have required property '"+"expression"+"'"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
var _valid0 = _errs15 === errors;
if(_valid0 && valid4){
valid4 = false;
passing0 = [passing0, 1];
}
else {
if(_valid0){
valid4 = true;
passing0 = 1;
}
}
if(!valid4){
const err17 = {instancePath:instancePath+"/fields/" + i0,schemaPath:"#/definitions/field/oneOf",keyword:"oneOf",params:{passingSchemas: passing0},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
else {
errors = _errs13;
if(vErrors !== null){
if(_errs13){
vErrors.length = _errs13;
}
else {
vErrors = null;
}
}
}
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
for(const key1 in data4){
if(!(((key1 === "pointer") || (key1 === "type")) || (key1 === "expression"))){
const err18 = {instancePath:instancePath+"/fields/" + i0,schemaPath:"#/definitions/field/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data4.type !== undefined){
if(data4.pointer === undefined){
const err19 = {instancePath:instancePath+"/fields/" + i0,schemaPath:"#/definitions/field/dependencies",keyword:"dependencies",params:{property: "type",
    missingProperty: "pointer",
    depsCount: 1,
    deps: "pointer"},message:"must have property pointer when property type is present"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data4.pointer !== undefined){
let data5 = data4.pointer;
if(typeof data5 === "string"){
if(func3(data5) < 1){
const err20 = {instancePath:instancePath+"/fields/" + i0+"/pointer",schemaPath:"#/definitions/field/properties/pointer/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
if(!pattern8.test(data5)){
const err21 = {instancePath:instancePath+"/fields/" + i0+"/pointer",schemaPath:"#/definitions/field/properties/pointer/pattern",keyword:"pattern",params:{pattern: "^/[^\\u0000]*$"},message:"must match pattern \""+"^/[^\\u0000]*$"+"\""};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
else {
const err22 = {instancePath:instancePath+"/fields/" + i0+"/pointer",schemaPath:"#/definitions/field/properties/pointer/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data4.type !== undefined){
let data6 = data4.type;
if(typeof data6 === "string"){
if(func3(data6) < 1){
const err23 = {instancePath:instancePath+"/fields/" + i0+"/type",schemaPath:"#/definitions/field/properties/type/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(!pattern0.test(data6)){
const err24 = {instancePath:instancePath+"/fields/" + i0+"/type",schemaPath:"#/definitions/field/properties/type/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
else {
const err25 = {instancePath:instancePath+"/fields/" + i0+"/type",schemaPath:"#/definitions/field/properties/type/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data4.expression !== undefined){
let data7 = data4.expression;
if(typeof data7 === "string"){
if(func3(data7) < 1){
const err26 = {instancePath:instancePath+"/fields/" + i0+"/expression",schemaPath:"#/definitions/field/properties/expression/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(!pattern10.test(data7)){
const err27 = {instancePath:instancePath+"/fields/" + i0+"/expression",schemaPath:"#/definitions/field/properties/expression/pattern",keyword:"pattern",params:{pattern: "^[^\\u0000]+$"},message:"must match pattern \""+"^[^\\u0000]+$"+"\""};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
else {
const err28 = {instancePath:instancePath+"/fields/" + i0+"/expression",schemaPath:"#/definitions/field/properties/expression/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
}
else {
const err29 = {instancePath:instancePath+"/fields/" + i0,schemaPath:"#/definitions/field/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
}
else {
const err30 = {instancePath:instancePath+"/fields",schemaPath:"#/properties/fields/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
}
else {
const err31 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
validate11.errors = vErrors;
return errors === 0;
}

const schema16 = {"title":"Server map","description":"Which instances hold the copies of new data. Exactly one of `algorithm` and `map`. A new generation is recorded only when the wanted map differs from the current one.","type":"object","additionalProperties":false,"properties":{"algorithm":{"title":"Algorithm","description":"`ring` sorts the instances by host and pairs each with the one that lies far enough round the ring to be on another host.","enum":["ring"]},"map":{"$ref":"#/definitions/literalServermap"}},"oneOf":[{"required":["algorithm"]},{"required":["map"]}]};
const schema17 = {"title":"Literal server map","description":"The map as it is recorded: `version: 1` and one entry per instance, under `host_port`.","type":"object","required":["version"],"properties":{"version":{"title":"Version","description":"The version of the map format.","const":1}},"additionalProperties":{"$ref":"#/definitions/servermapEntry"}};
const schema18 = {"title":"Server map entry","description":"Where one share of new data goes.","type":"object","required":["schaufel","copies"],"additionalProperties":false,"properties":{"schaufel":{"$ref":"#/definitions/servermapInstance"},"copies":{"title":"Copies","description":"The two instances that hold the data.","type":"array","minItems":2,"maxItems":2,"items":{"$ref":"#/definitions/servermapInstance"}}}};
const schema19 = {"title":"Instance of a server map","description":"An instance by its recorded id, host and port.","type":"object","required":["id","host","port"],"additionalProperties":false,"properties":{"id":{"title":"Id","description":"The id of the row that records the instance.","type":"integer","minimum":1,"maximum":2147483647},"host":{"title":"Host","description":"The host of the instance.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},"port":{"title":"Port","description":"The port of the instance.","type":"integer","minimum":1,"maximum":65535}}};

function validate15(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.schaufel === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "schaufel"},message:"must have required property '"+"schaufel"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.copies === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "copies"},message:"must have required property '"+"copies"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!((key0 === "schaufel") || (key0 === "copies"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.schaufel !== undefined){
let data0 = data.schaufel;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.id === undefined){
const err3 = {instancePath:instancePath+"/schaufel",schemaPath:"#/definitions/servermapInstance/required",keyword:"required",params:{missingProperty: "id"},message:"must have required property '"+"id"+"'"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(data0.host === undefined){
const err4 = {instancePath:instancePath+"/schaufel",schemaPath:"#/definitions/servermapInstance/required",keyword:"required",params:{missingProperty: "host"},message:"must have required property '"+"host"+"'"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if(data0.port === undefined){
const err5 = {instancePath:instancePath+"/schaufel",schemaPath:"#/definitions/servermapInstance/required",keyword:"required",params:{missingProperty: "port"},message:"must have required property '"+"port"+"'"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
for(const key1 in data0){
if(!(((key1 === "id") || (key1 === "host")) || (key1 === "port"))){
const err6 = {instancePath:instancePath+"/schaufel",schemaPath:"#/definitions/servermapInstance/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data0.id !== undefined){
let data1 = data0.id;
if(!(((typeof data1 == "number") && (!(data1 % 1) && !isNaN(data1))) && (isFinite(data1)))){
const err7 = {instancePath:instancePath+"/schaufel/id",schemaPath:"#/definitions/servermapInstance/properties/id/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 > 2147483647 || isNaN(data1)){
const err8 = {instancePath:instancePath+"/schaufel/id",schemaPath:"#/definitions/servermapInstance/properties/id/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647},message:"must be <= 2147483647"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(data1 < 1 || isNaN(data1)){
const err9 = {instancePath:instancePath+"/schaufel/id",schemaPath:"#/definitions/servermapInstance/properties/id/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
}
if(data0.host !== undefined){
let data2 = data0.host;
if(typeof data2 === "string"){
if(func3(data2) < 1){
const err10 = {instancePath:instancePath+"/schaufel/host",schemaPath:"#/definitions/servermapInstance/properties/host/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(!pattern0.test(data2)){
const err11 = {instancePath:instancePath+"/schaufel/host",schemaPath:"#/definitions/servermapInstance/properties/host/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/schaufel/host",schemaPath:"#/definitions/servermapInstance/properties/host/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data0.port !== undefined){
let data3 = data0.port;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err13 = {instancePath:instancePath+"/schaufel/port",schemaPath:"#/definitions/servermapInstance/properties/port/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 65535 || isNaN(data3)){
const err14 = {instancePath:instancePath+"/schaufel/port",schemaPath:"#/definitions/servermapInstance/properties/port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(data3 < 1 || isNaN(data3)){
const err15 = {instancePath:instancePath+"/schaufel/port",schemaPath:"#/definitions/servermapInstance/properties/port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
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
}
else {
const err16 = {instancePath:instancePath+"/schaufel",schemaPath:"#/definitions/servermapInstance/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data.copies !== undefined){
let data4 = data.copies;
if(Array.isArray(data4)){
if(data4.length > 2){
const err17 = {instancePath:instancePath+"/copies",schemaPath:"#/properties/copies/maxItems",keyword:"maxItems",params:{limit: 2},message:"must NOT have more than 2 items"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if(data4.length < 2){
const err18 = {instancePath:instancePath+"/copies",schemaPath:"#/properties/copies/minItems",keyword:"minItems",params:{limit: 2},message:"must NOT have fewer than 2 items"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
const len0 = data4.length;
for(let i0=0; i0<len0; i0++){
let data5 = data4[i0];
if(data5 && typeof data5 == "object" && !Array.isArray(data5)){
if(data5.id === undefined){
const err19 = {instancePath:instancePath+"/copies/" + i0,schemaPath:"#/definitions/servermapInstance/required",keyword:"required",params:{missingProperty: "id"},message:"must have required property '"+"id"+"'"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
if(data5.host === undefined){
const err20 = {instancePath:instancePath+"/copies/" + i0,schemaPath:"#/definitions/servermapInstance/required",keyword:"required",params:{missingProperty: "host"},message:"must have required property '"+"host"+"'"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
if(data5.port === undefined){
const err21 = {instancePath:instancePath+"/copies/" + i0,schemaPath:"#/definitions/servermapInstance/required",keyword:"required",params:{missingProperty: "port"},message:"must have required property '"+"port"+"'"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
for(const key2 in data5){
if(!(((key2 === "id") || (key2 === "host")) || (key2 === "port"))){
const err22 = {instancePath:instancePath+"/copies/" + i0,schemaPath:"#/definitions/servermapInstance/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data5.id !== undefined){
let data6 = data5.id;
if(!(((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6))) && (isFinite(data6)))){
const err23 = {instancePath:instancePath+"/copies/" + i0+"/id",schemaPath:"#/definitions/servermapInstance/properties/id/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if((typeof data6 == "number") && (isFinite(data6))){
if(data6 > 2147483647 || isNaN(data6)){
const err24 = {instancePath:instancePath+"/copies/" + i0+"/id",schemaPath:"#/definitions/servermapInstance/properties/id/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647},message:"must be <= 2147483647"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
if(data6 < 1 || isNaN(data6)){
const err25 = {instancePath:instancePath+"/copies/" + i0+"/id",schemaPath:"#/definitions/servermapInstance/properties/id/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
}
if(data5.host !== undefined){
let data7 = data5.host;
if(typeof data7 === "string"){
if(func3(data7) < 1){
const err26 = {instancePath:instancePath+"/copies/" + i0+"/host",schemaPath:"#/definitions/servermapInstance/properties/host/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(!pattern0.test(data7)){
const err27 = {instancePath:instancePath+"/copies/" + i0+"/host",schemaPath:"#/definitions/servermapInstance/properties/host/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
else {
const err28 = {instancePath:instancePath+"/copies/" + i0+"/host",schemaPath:"#/definitions/servermapInstance/properties/host/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
if(data5.port !== undefined){
let data8 = data5.port;
if(!(((typeof data8 == "number") && (!(data8 % 1) && !isNaN(data8))) && (isFinite(data8)))){
const err29 = {instancePath:instancePath+"/copies/" + i0+"/port",schemaPath:"#/definitions/servermapInstance/properties/port/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if((typeof data8 == "number") && (isFinite(data8))){
if(data8 > 65535 || isNaN(data8)){
const err30 = {instancePath:instancePath+"/copies/" + i0+"/port",schemaPath:"#/definitions/servermapInstance/properties/port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
if(data8 < 1 || isNaN(data8)){
const err31 = {instancePath:instancePath+"/copies/" + i0+"/port",schemaPath:"#/definitions/servermapInstance/properties/port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
}
}
else {
const err32 = {instancePath:instancePath+"/copies/" + i0,schemaPath:"#/definitions/servermapInstance/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
}
else {
const err33 = {instancePath:instancePath+"/copies",schemaPath:"#/properties/copies/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
}
else {
const err34 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
validate15.errors = vErrors;
return errors === 0;
}


function validate14(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.version === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "version"},message:"must have required property '"+"version"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!(key0 === "version")){
if(!(validate15(data[key0], {instancePath:instancePath+"/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),parentData:data,parentDataProperty:key0,rootData}))){
vErrors = joined(vErrors, validate15.errors);
errors = vErrors.length;
}
}
}
if(data.version !== undefined){
if(1 !== data.version){
const err1 = {instancePath:instancePath+"/version",schemaPath:"#/properties/version/const",keyword:"const",params:{allowedValue: 1},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
}
else {
const err2 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
validate14.errors = vErrors;
return errors === 0;
}


function validate13(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
const _errs1 = errors;
let valid0 = false;
let passing0 = null;
const _errs2 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.algorithm === undefined){
const err0 = {instancePath,schemaPath:"#/oneOf/0/required",keyword:"required",params:{missingProperty: "algorithm"},message:"must have required property '"+"algorithm"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
var _valid0 = _errs2 === errors;
if(_valid0){
valid0 = true;
passing0 = 0;
}
const _errs3 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.map === undefined){
const err1 = {instancePath,schemaPath:"#/oneOf/1/required",keyword:"required",params:{missingProperty: "map"},message:"must have required property '"+"map"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
var _valid0 = _errs3 === errors;
if(_valid0 && valid0){
valid0 = false;
passing0 = [passing0, 1];
}
else {
if(_valid0){
valid0 = true;
passing0 = 1;
}
}
if(!valid0){
const err2 = {instancePath,schemaPath:"#/oneOf",keyword:"oneOf",params:{passingSchemas: passing0},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
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
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!((key0 === "algorithm") || (key0 === "map"))){
const err3 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.algorithm !== undefined){
if(!(data.algorithm === "ring")){
const err4 = {instancePath:instancePath+"/algorithm",schemaPath:"#/properties/algorithm/enum",keyword:"enum",params:{allowedValues: schema16.properties.algorithm.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.map !== undefined){
if(!(validate14(data.map, {instancePath:instancePath+"/map",parentData:data,parentDataProperty:"map",rootData}))){
vErrors = joined(vErrors, validate14.errors);
errors = vErrors.length;
}
}
}
else {
const err5 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
validate13.errors = vErrors;
return errors === 0;
}


function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="urn:lenkwerk:cluster:v1" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.apiVersion === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "apiVersion"},message:"must have required property '"+"apiVersion"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.kind === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "kind"},message:"must have required property '"+"kind"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!(func2.call(schema11.properties, key0))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.apiVersion !== undefined){
if("lenkwerk/v1" !== data.apiVersion){
const err3 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/const",keyword:"const",params:{allowedValue: "lenkwerk/v1"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.kind !== undefined){
if("Cluster" !== data.kind){
const err4 = {instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/const",keyword:"const",params:{allowedValue: "Cluster"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.cluster !== undefined){
let data2 = data.cluster;
if(typeof data2 === "string"){
if(func3(data2) < 1){
const err5 = {instancePath:instancePath+"/cluster",schemaPath:"#/properties/cluster/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(!pattern0.test(data2)){
const err6 = {instancePath:instancePath+"/cluster",schemaPath:"#/properties/cluster/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
else {
const err7 = {instancePath:instancePath+"/cluster",schemaPath:"#/properties/cluster/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.instances !== undefined){
let data3 = data.instances;
if(Array.isArray(data3)){
const len0 = data3.length;
for(let i0=0; i0<len0; i0++){
let data4 = data3[i0];
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
if(data4.host === undefined){
const err8 = {instancePath:instancePath+"/instances/" + i0,schemaPath:"#/definitions/instance/required",keyword:"required",params:{missingProperty: "host"},message:"must have required property '"+"host"+"'"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(data4.username === undefined){
const err9 = {instancePath:instancePath+"/instances/" + i0,schemaPath:"#/definitions/instance/required",keyword:"required",params:{missingProperty: "username"},message:"must have required property '"+"username"+"'"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
for(const key1 in data4){
if(!((((key1 === "host") || (key1 === "port")) || (key1 === "username")) || (key1 === "status"))){
const err10 = {instancePath:instancePath+"/instances/" + i0,schemaPath:"#/definitions/instance/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data4.host !== undefined){
let data5 = data4.host;
if(typeof data5 === "string"){
if(func3(data5) > 600){
const err11 = {instancePath:instancePath+"/instances/" + i0+"/host",schemaPath:"#/definitions/instance/properties/host/maxLength",keyword:"maxLength",params:{limit: 600},message:"must NOT have more than 600 characters"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
if(func3(data5) < 1){
const err12 = {instancePath:instancePath+"/instances/" + i0+"/host",schemaPath:"#/definitions/instance/properties/host/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(!pattern1.test(data5)){
const err13 = {instancePath:instancePath+"/instances/" + i0+"/host",schemaPath:"#/definitions/instance/properties/host/pattern",keyword:"pattern",params:{pattern: "^[^\\s/\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\s/\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
else {
const err14 = {instancePath:instancePath+"/instances/" + i0+"/host",schemaPath:"#/definitions/instance/properties/host/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data4.port !== undefined){
let data6 = data4.port;
if(!(((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6))) && (isFinite(data6)))){
const err15 = {instancePath:instancePath+"/instances/" + i0+"/port",schemaPath:"#/definitions/instance/properties/port/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if((typeof data6 == "number") && (isFinite(data6))){
if(data6 > 65535 || isNaN(data6)){
const err16 = {instancePath:instancePath+"/instances/" + i0+"/port",schemaPath:"#/definitions/instance/properties/port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
if(data6 < 1 || isNaN(data6)){
const err17 = {instancePath:instancePath+"/instances/" + i0+"/port",schemaPath:"#/definitions/instance/properties/port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
}
if(data4.username !== undefined){
let data7 = data4.username;
if(typeof data7 === "string"){
if(func3(data7) < 1){
const err18 = {instancePath:instancePath+"/instances/" + i0+"/username",schemaPath:"#/definitions/instance/properties/username/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(!pattern0.test(data7)){
const err19 = {instancePath:instancePath+"/instances/" + i0+"/username",schemaPath:"#/definitions/instance/properties/username/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
else {
const err20 = {instancePath:instancePath+"/instances/" + i0+"/username",schemaPath:"#/definitions/instance/properties/username/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
if(data4.status !== undefined){
let data8 = data4.status;
if(!((((data8 === "offline") || (data8 === "read-only")) || (data8 === "write-only")) || (data8 === "online"))){
const err21 = {instancePath:instancePath+"/instances/" + i0+"/status",schemaPath:"#/definitions/instance/properties/status/enum",keyword:"enum",params:{allowedValues: schema12.properties.status.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
}
else {
const err22 = {instancePath:instancePath+"/instances/" + i0,schemaPath:"#/definitions/instance/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
}
else {
const err23 = {instancePath:instancePath+"/instances",schemaPath:"#/properties/instances/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(data.dimensions !== undefined){
let data9 = data.dimensions;
if(Array.isArray(data9)){
const len1 = data9.length;
for(let i1=0; i1<len1; i1++){
let data10 = data9[i1];
if(data10 && typeof data10 == "object" && !Array.isArray(data10)){
if(data10.field === undefined){
const err24 = {instancePath:instancePath+"/dimensions/" + i1,schemaPath:"#/definitions/dimension/required",keyword:"required",params:{missingProperty: "field"},message:"must have required property '"+"field"+"'"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
for(const key2 in data10){
if(!((key2 === "field") || (key2 === "default"))){
const err25 = {instancePath:instancePath+"/dimensions/" + i1,schemaPath:"#/definitions/dimension/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data10.field !== undefined){
let data11 = data10.field;
if(typeof data11 === "string"){
if(func3(data11) > 600){
const err26 = {instancePath:instancePath+"/dimensions/" + i1+"/field",schemaPath:"#/definitions/dimension/properties/field/maxLength",keyword:"maxLength",params:{limit: 600},message:"must NOT have more than 600 characters"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(func3(data11) < 1){
const err27 = {instancePath:instancePath+"/dimensions/" + i1+"/field",schemaPath:"#/definitions/dimension/properties/field/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
if(!pattern0.test(data11)){
const err28 = {instancePath:instancePath+"/dimensions/" + i1+"/field",schemaPath:"#/definitions/dimension/properties/field/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
else {
const err29 = {instancePath:instancePath+"/dimensions/" + i1+"/field",schemaPath:"#/definitions/dimension/properties/field/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data10.default !== undefined){
let data12 = data10.default;
if(typeof data12 === "string"){
if(!pattern4.test(data12)){
const err30 = {instancePath:instancePath+"/dimensions/" + i1+"/default",schemaPath:"#/definitions/dimension/properties/default/pattern",keyword:"pattern",params:{pattern: "^[^\\u0000]*$"},message:"must match pattern \""+"^[^\\u0000]*$"+"\""};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
else {
const err31 = {instancePath:instancePath+"/dimensions/" + i1+"/default",schemaPath:"#/definitions/dimension/properties/default/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
}
else {
const err32 = {instancePath:instancePath+"/dimensions/" + i1,schemaPath:"#/definitions/dimension/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
}
else {
const err33 = {instancePath:instancePath+"/dimensions",schemaPath:"#/properties/dimensions/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data.indexes !== undefined){
let data13 = data.indexes;
if(Array.isArray(data13)){
const len2 = data13.length;
for(let i2=0; i2<len2; i2++){
if(!(validate11(data13[i2], {instancePath:instancePath+"/indexes/" + i2,parentData:data13,parentDataProperty:i2,rootData}))){
vErrors = joined(vErrors, validate11.errors);
errors = vErrors.length;
}
}
}
else {
const err34 = {instancePath:instancePath+"/indexes",schemaPath:"#/properties/indexes/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data.servermap !== undefined){
if(!(validate13(data.servermap, {instancePath:instancePath+"/servermap",parentData:data,parentDataProperty:"servermap",rootData}))){
vErrors = joined(vErrors, validate13.errors);
errors = vErrors.length;
}
}
if(data.config !== undefined){
let data16 = data.config;
if(data16 && typeof data16 == "object" && !Array.isArray(data16)){
for(const key3 in data16){
const _errs36 = errors;
if(typeof key3 === "string"){
if(func3(key3) > 600){
const err35 = {instancePath:instancePath+"/config",schemaPath:"#/definitions/config/propertyNames/maxLength",keyword:"maxLength",params:{limit: 600},message:"must NOT have more than 600 characters",propertyName:key3};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if(!pattern0.test(key3)){
const err36 = {instancePath:instancePath+"/config",schemaPath:"#/definitions/config/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\"",propertyName:key3};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
var valid12 = _errs36 === errors;
if(!valid12){
const err37 = {instancePath:instancePath+"/config",schemaPath:"#/definitions/config/propertyNames",keyword:"propertyNames",params:{propertyName: key3},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
for(const key4 in data16){
if(!(func2.call(schema21.properties, key4))){
let data17 = data16[key4];
if((((!data17 || typeof data17 != "object") && (typeof data17 !== "boolean")) && (!((typeof data17 == "number") && (isFinite(data17))))) && (typeof data17 !== "string")){
const err38 = {instancePath:instancePath+"/config/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/definitions/config/additionalProperties/type",keyword:"type",params:{type: schema21.additionalProperties.type},message:"must be array,boolean,number,object,string"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
}
if(data16.production !== undefined){
let data18 = data16.production;
if(!((((data18 === 0) || (data18 === 1)) || (data18 === "0")) || (data18 === "1"))){
const err39 = {instancePath:instancePath+"/config/production",schemaPath:"#/definitions/config/properties/production/enum",keyword:"enum",params:{allowedValues: schema21.properties.production.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data16.allow_backedated_indexes !== undefined){
let data19 = data16.allow_backedated_indexes;
if(!((((data19 === 0) || (data19 === 1)) || (data19 === "0")) || (data19 === "1"))){
const err40 = {instancePath:instancePath+"/config/allow_backedated_indexes",schemaPath:"#/definitions/config/properties/allow_backedated_indexes/enum",keyword:"enum",params:{allowedValues: schema21.properties.allow_backedated_indexes.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
if(data16.dimensions_hrs_in_future !== undefined){
let data20 = data16.dimensions_hrs_in_future;
if((!(((typeof data20 == "number") && (!(data20 % 1) && !isNaN(data20))) && (isFinite(data20)))) && (typeof data20 !== "string")){
const err41 = {instancePath:instancePath+"/config/dimensions_hrs_in_future",schemaPath:"#/definitions/config/properties/dimensions_hrs_in_future/type",keyword:"type",params:{type: schema21.properties.dimensions_hrs_in_future.type},message:"must be integer,string"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
if((typeof data20 == "number") && (isFinite(data20))){
if(data20 > 99999 || isNaN(data20)){
const err42 = {instancePath:instancePath+"/config/dimensions_hrs_in_future",schemaPath:"#/definitions/config/properties/dimensions_hrs_in_future/maximum",keyword:"maximum",params:{comparison: "<=", limit: 99999},message:"must be <= 99999"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
if(data20 < 1 || isNaN(data20)){
const err43 = {instancePath:instancePath+"/config/dimensions_hrs_in_future",schemaPath:"#/definitions/config/properties/dimensions_hrs_in_future/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
if(typeof data20 === "string"){
if(!pattern14.test(data20)){
const err44 = {instancePath:instancePath+"/config/dimensions_hrs_in_future",schemaPath:"#/definitions/config/properties/dimensions_hrs_in_future/pattern",keyword:"pattern",params:{pattern: "^[1-9][0-9]{0,4}$"},message:"must match pattern \""+"^[1-9][0-9]{0,4}$"+"\""};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
}
if(data16.indexes_hrs_in_future !== undefined){
let data21 = data16.indexes_hrs_in_future;
if((!(((typeof data21 == "number") && (!(data21 % 1) && !isNaN(data21))) && (isFinite(data21)))) && (typeof data21 !== "string")){
const err45 = {instancePath:instancePath+"/config/indexes_hrs_in_future",schemaPath:"#/definitions/config/properties/indexes_hrs_in_future/type",keyword:"type",params:{type: schema21.properties.indexes_hrs_in_future.type},message:"must be integer,string"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
if((typeof data21 == "number") && (isFinite(data21))){
if(data21 > 99999 || isNaN(data21)){
const err46 = {instancePath:instancePath+"/config/indexes_hrs_in_future",schemaPath:"#/definitions/config/properties/indexes_hrs_in_future/maximum",keyword:"maximum",params:{comparison: "<=", limit: 99999},message:"must be <= 99999"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
if(data21 < 1 || isNaN(data21)){
const err47 = {instancePath:instancePath+"/config/indexes_hrs_in_future",schemaPath:"#/definitions/config/properties/indexes_hrs_in_future/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
if(typeof data21 === "string"){
if(!pattern14.test(data21)){
const err48 = {instancePath:instancePath+"/config/indexes_hrs_in_future",schemaPath:"#/definitions/config/properties/indexes_hrs_in_future/pattern",keyword:"pattern",params:{pattern: "^[1-9][0-9]{0,4}$"},message:"must match pattern \""+"^[1-9][0-9]{0,4}$"+"\""};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
}
if(data16.bagger_db !== undefined){
let data22 = data16.bagger_db;
if(typeof data22 === "string"){
if(func3(data22) < 1){
const err49 = {instancePath:instancePath+"/config/bagger_db",schemaPath:"#/definitions/config/properties/bagger_db/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
else {
const err50 = {instancePath:instancePath+"/config/bagger_db",schemaPath:"#/definitions/config/properties/bagger_db/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
if(data16.retain_hrs !== undefined){
let data23 = data16.retain_hrs;
if((!(((typeof data23 == "number") && (!(data23 % 1) && !isNaN(data23))) && (isFinite(data23)))) && (typeof data23 !== "string")){
const err51 = {instancePath:instancePath+"/config/retain_hrs",schemaPath:"#/definitions/config/properties/retain_hrs/type",keyword:"type",params:{type: schema21.properties.retain_hrs.type},message:"must be integer,string"};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
if((typeof data23 == "number") && (isFinite(data23))){
if(data23 > 999999999999999 || isNaN(data23)){
const err52 = {instancePath:instancePath+"/config/retain_hrs",schemaPath:"#/definitions/config/properties/retain_hrs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 999999999999999},message:"must be <= 999999999999999"};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
if(data23 < 0 || isNaN(data23)){
const err53 = {instancePath:instancePath+"/config/retain_hrs",schemaPath:"#/definitions/config/properties/retain_hrs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
if(typeof data23 === "string"){
if(!pattern16.test(data23)){
const err54 = {instancePath:instancePath+"/config/retain_hrs",schemaPath:"#/definitions/config/properties/retain_hrs/pattern",keyword:"pattern",params:{pattern: "^(0|[1-9][0-9]{0,17})$"},message:"must match pattern \""+"^(0|[1-9][0-9]{0,17})$"+"\""};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
}
if(data16.data_storage_mode !== undefined){
let data24 = data16.data_storage_mode;
if((!(((typeof data24 == "number") && (!(data24 % 1) && !isNaN(data24))) && (isFinite(data24)))) && (typeof data24 !== "string")){
const err55 = {instancePath:instancePath+"/config/data_storage_mode",schemaPath:"#/definitions/config/properties/data_storage_mode/type",keyword:"type",params:{type: schema21.properties.data_storage_mode.type},message:"must be integer,string"};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
if(data16.kafka_topic !== undefined){
let data25 = data16.kafka_topic;
if(typeof data25 === "string"){
if(func3(data25) < 1){
const err56 = {instancePath:instancePath+"/config/kafka_topic",schemaPath:"#/definitions/config/properties/kafka_topic/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
else {
const err57 = {instancePath:instancePath+"/config/kafka_topic",schemaPath:"#/definitions/config/properties/kafka_topic/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
if(data16.kafka_broker !== undefined){
let data26 = data16.kafka_broker;
if(typeof data26 === "string"){
if(func3(data26) < 1){
const err58 = {instancePath:instancePath+"/config/kafka_broker",schemaPath:"#/definitions/config/properties/kafka_broker/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
else {
const err59 = {instancePath:instancePath+"/config/kafka_broker",schemaPath:"#/definitions/config/properties/kafka_broker/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
if(data16.kafka_consumer_group !== undefined){
let data27 = data16.kafka_consumer_group;
if(typeof data27 === "string"){
if(func3(data27) < 1){
const err60 = {instancePath:instancePath+"/config/kafka_consumer_group",schemaPath:"#/definitions/config/properties/kafka_consumer_group/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
else {
const err61 = {instancePath:instancePath+"/config/kafka_consumer_group",schemaPath:"#/definitions/config/properties/kafka_consumer_group/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
if(data16.schaufel_threads !== undefined){
let data28 = data16.schaufel_threads;
if((!(((typeof data28 == "number") && (!(data28 % 1) && !isNaN(data28))) && (isFinite(data28)))) && (typeof data28 !== "string")){
const err62 = {instancePath:instancePath+"/config/schaufel_threads",schemaPath:"#/definitions/config/properties/schaufel_threads/type",keyword:"type",params:{type: schema21.properties.schaufel_threads.type},message:"must be integer,string"};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
if((typeof data28 == "number") && (isFinite(data28))){
if(data28 > 999999999 || isNaN(data28)){
const err63 = {instancePath:instancePath+"/config/schaufel_threads",schemaPath:"#/definitions/config/properties/schaufel_threads/maximum",keyword:"maximum",params:{comparison: "<=", limit: 999999999},message:"must be <= 999999999"};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
if(data28 < 1 || isNaN(data28)){
const err64 = {instancePath:instancePath+"/config/schaufel_threads",schemaPath:"#/definitions/config/properties/schaufel_threads/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
if(typeof data28 === "string"){
if(!pattern17.test(data28)){
const err65 = {instancePath:instancePath+"/config/schaufel_threads",schemaPath:"#/definitions/config/properties/schaufel_threads/pattern",keyword:"pattern",params:{pattern: "^[1-9][0-9]{0,8}$"},message:"must match pattern \""+"^[1-9][0-9]{0,8}$"+"\""};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
}
if(data16.schaufel_cmd !== undefined){
let data29 = data16.schaufel_cmd;
if(typeof data29 === "string"){
if(func3(data29) < 1){
const err66 = {instancePath:instancePath+"/config/schaufel_cmd",schemaPath:"#/definitions/config/properties/schaufel_cmd/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
else {
const err67 = {instancePath:instancePath+"/config/schaufel_cmd",schemaPath:"#/definitions/config/properties/schaufel_cmd/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
if(data16.schaufel_log !== undefined){
let data30 = data16.schaufel_log;
if(typeof data30 === "string"){
if(func3(data30) < 1){
const err68 = {instancePath:instancePath+"/config/schaufel_log",schemaPath:"#/definitions/config/properties/schaufel_log/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
else {
const err69 = {instancePath:instancePath+"/config/schaufel_log",schemaPath:"#/definitions/config/properties/schaufel_log/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
if(data16.kvstore_type !== undefined){
let data31 = data16.kvstore_type;
if(typeof data31 === "string"){
if(func3(data31) < 1){
const err70 = {instancePath:instancePath+"/config/kvstore_type",schemaPath:"#/definitions/config/properties/kvstore_type/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
else {
const err71 = {instancePath:instancePath+"/config/kvstore_type",schemaPath:"#/definitions/config/properties/kvstore_type/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
if(data16.kvstore_config !== undefined){
let data32 = data16.kvstore_config;
const _errs68 = errors;
let valid15 = false;
const _errs69 = errors;
if(data32 && typeof data32 == "object" && !Array.isArray(data32)){
if(data32.host === undefined){
const err72 = {instancePath:instancePath+"/config/kvstore_config",schemaPath:"#/definitions/config/properties/kvstore_config/anyOf/0/required",keyword:"required",params:{missingProperty: "host"},message:"must have required property '"+"host"+"'"};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
var _valid0 = _errs69 === errors;
valid15 = valid15 || _valid0;
if(!valid15){
const _errs70 = errors;
if(data32 && typeof data32 == "object" && !Array.isArray(data32)){
if(data32.endpoints === undefined){
const err73 = {instancePath:instancePath+"/config/kvstore_config",schemaPath:"#/definitions/config/properties/kvstore_config/anyOf/1/required",keyword:"required",params:{missingProperty: "endpoints"},message:"must have required property '"+"endpoints"+"'"};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
var _valid0 = _errs70 === errors;
valid15 = valid15 || _valid0;
}
if(!valid15){
const err74 = {instancePath:instancePath+"/config/kvstore_config",schemaPath:"#/definitions/config/properties/kvstore_config/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
else {
errors = _errs68;
if(vErrors !== null){
if(_errs68){
vErrors.length = _errs68;
}
else {
vErrors = null;
}
}
}
if(data32 && typeof data32 == "object" && !Array.isArray(data32)){
if(data32.host !== undefined){
let data33 = data32.host;
if(typeof data33 === "string"){
if(func3(data33) < 1){
const err75 = {instancePath:instancePath+"/config/kvstore_config/host",schemaPath:"#/definitions/config/properties/kvstore_config/properties/host/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
if(!pattern0.test(data33)){
const err76 = {instancePath:instancePath+"/config/kvstore_config/host",schemaPath:"#/definitions/config/properties/kvstore_config/properties/host/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
else {
const err77 = {instancePath:instancePath+"/config/kvstore_config/host",schemaPath:"#/definitions/config/properties/kvstore_config/properties/host/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
}
if(data32.port !== undefined){
let data34 = data32.port;
if((!(((typeof data34 == "number") && (!(data34 % 1) && !isNaN(data34))) && (isFinite(data34)))) && (typeof data34 !== "string")){
const err78 = {instancePath:instancePath+"/config/kvstore_config/port",schemaPath:"#/definitions/config/properties/kvstore_config/properties/port/type",keyword:"type",params:{type: schema21.properties.kvstore_config.properties.port.type},message:"must be integer,string"};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
if((typeof data34 == "number") && (isFinite(data34))){
if(data34 > 65535 || isNaN(data34)){
const err79 = {instancePath:instancePath+"/config/kvstore_config/port",schemaPath:"#/definitions/config/properties/kvstore_config/properties/port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
if(data34 < 1 || isNaN(data34)){
const err80 = {instancePath:instancePath+"/config/kvstore_config/port",schemaPath:"#/definitions/config/properties/kvstore_config/properties/port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
}
if(typeof data34 === "string"){
if(!pattern14.test(data34)){
const err81 = {instancePath:instancePath+"/config/kvstore_config/port",schemaPath:"#/definitions/config/properties/kvstore_config/properties/port/pattern",keyword:"pattern",params:{pattern: "^[1-9][0-9]{0,4}$"},message:"must match pattern \""+"^[1-9][0-9]{0,4}$"+"\""};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
}
if(data32.endpoints !== undefined){
let data35 = data32.endpoints;
if(Array.isArray(data35)){
if(data35.length > 32){
const err82 = {instancePath:instancePath+"/config/kvstore_config/endpoints",schemaPath:"#/definitions/config/properties/kvstore_config/properties/endpoints/maxItems",keyword:"maxItems",params:{limit: 32},message:"must NOT have more than 32 items"};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
if(data35.length < 1){
const err83 = {instancePath:instancePath+"/config/kvstore_config/endpoints",schemaPath:"#/definitions/config/properties/kvstore_config/properties/endpoints/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
const len3 = data35.length;
for(let i3=0; i3<len3; i3++){
let data36 = data35[i3];
if(typeof data36 === "string"){
if(func3(data36) < 1){
const err84 = {instancePath:instancePath+"/config/kvstore_config/endpoints/" + i3,schemaPath:"#/definitions/config/properties/kvstore_config/properties/endpoints/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
else {
const err85 = {instancePath:instancePath+"/config/kvstore_config/endpoints/" + i3,schemaPath:"#/definitions/config/properties/kvstore_config/properties/endpoints/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
}
else {
const err86 = {instancePath:instancePath+"/config/kvstore_config/endpoints",schemaPath:"#/definitions/config/properties/kvstore_config/properties/endpoints/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
}
else {
const err87 = {instancePath:instancePath+"/config/kvstore_config",schemaPath:"#/definitions/config/properties/kvstore_config/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
}
if(data16.kvstores !== undefined){
let data37 = data16.kvstores;
if(data37 && typeof data37 == "object" && !Array.isArray(data37)){
for(const key5 in data37){
const _errs82 = errors;
if(typeof key5 === "string"){
if(!pattern20.test(key5)){
const err88 = {instancePath:instancePath+"/config/kvstores",schemaPath:"#/definitions/config/properties/kvstores/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9_]{1,40}$"},message:"must match pattern \""+"^[a-z0-9_]{1,40}$"+"\"",propertyName:key5};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
var valid19 = _errs82 === errors;
if(!valid19){
const err89 = {instancePath:instancePath+"/config/kvstores",schemaPath:"#/definitions/config/properties/kvstores/propertyNames",keyword:"propertyNames",params:{propertyName: key5},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
}
for(const key6 in data37){
let data38 = data37[key6];
if(data38 && typeof data38 == "object" && !Array.isArray(data38)){
if(data38.type === undefined){
const err90 = {instancePath:instancePath+"/config/kvstores/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/definitions/config/properties/kvstores/additionalProperties/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
if(data38.config === undefined){
const err91 = {instancePath:instancePath+"/config/kvstores/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/definitions/config/properties/kvstores/additionalProperties/required",keyword:"required",params:{missingProperty: "config"},message:"must have required property '"+"config"+"'"};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
for(const key7 in data38){
if(!((key7 === "type") || (key7 === "config"))){
const err92 = {instancePath:instancePath+"/config/kvstores/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/definitions/config/properties/kvstores/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
}
if(data38.type !== undefined){
let data39 = data38.type;
if(typeof data39 === "string"){
if(func3(data39) < 1){
const err93 = {instancePath:instancePath+"/config/kvstores/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/type",schemaPath:"#/definitions/config/properties/kvstores/additionalProperties/properties/type/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
else {
const err94 = {instancePath:instancePath+"/config/kvstores/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/type",schemaPath:"#/definitions/config/properties/kvstores/additionalProperties/properties/type/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
}
if(data38.config !== undefined){
let data40 = data38.config;
if(data40 && typeof data40 == "object" && !Array.isArray(data40)){
}
else {
const err95 = {instancePath:instancePath+"/config/kvstores/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/config",schemaPath:"#/definitions/config/properties/kvstores/additionalProperties/properties/config/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
}
}
else {
const err96 = {instancePath:instancePath+"/config/kvstores/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/definitions/config/properties/kvstores/additionalProperties/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
}
}
else {
const err97 = {instancePath:instancePath+"/config/kvstores",schemaPath:"#/definitions/config/properties/kvstores/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
}
if(data16.additional_index_types !== undefined){
let data41 = data16.additional_index_types;
if(Array.isArray(data41)){
const len4 = data41.length;
for(let i4=0; i4<len4; i4++){
let data42 = data41[i4];
if(typeof data42 === "string"){
if(func3(data42) < 1){
const err98 = {instancePath:instancePath+"/config/additional_index_types/" + i4,schemaPath:"#/definitions/config/properties/additional_index_types/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
}
else {
const err99 = {instancePath:instancePath+"/config/additional_index_types/" + i4,schemaPath:"#/definitions/config/properties/additional_index_types/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
}
let i5 = data41.length;
let j0;
if(i5 > 1){
const indices0 = {};
for(;i5--;){
let item0 = data41[i5];
if(typeof item0 !== "string"){
continue;
}
if(typeof indices0[item0] == "number"){
j0 = indices0[item0];
const err100 = {instancePath:instancePath+"/config/additional_index_types",schemaPath:"#/definitions/config/properties/additional_index_types/uniqueItems",keyword:"uniqueItems",params:{i: i5, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i5+" are identical)"};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
break;
}
indices0[item0] = i5;
}
}
}
else {
const err101 = {instancePath:instancePath+"/config/additional_index_types",schemaPath:"#/definitions/config/properties/additional_index_types/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
}
if(data16.connections_per_request !== undefined){
let data43 = data16.connections_per_request;
if((!(((typeof data43 == "number") && (!(data43 % 1) && !isNaN(data43))) && (isFinite(data43)))) && (typeof data43 !== "string")){
const err102 = {instancePath:instancePath+"/config/connections_per_request",schemaPath:"#/definitions/config/properties/connections_per_request/type",keyword:"type",params:{type: schema21.properties.connections_per_request.type},message:"must be integer,string"};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
if((typeof data43 == "number") && (isFinite(data43))){
if(data43 > 999999999 || isNaN(data43)){
const err103 = {instancePath:instancePath+"/config/connections_per_request",schemaPath:"#/definitions/config/properties/connections_per_request/maximum",keyword:"maximum",params:{comparison: "<=", limit: 999999999},message:"must be <= 999999999"};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
if(data43 < 1 || isNaN(data43)){
const err104 = {instancePath:instancePath+"/config/connections_per_request",schemaPath:"#/definitions/config/properties/connections_per_request/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
}
if(typeof data43 === "string"){
if(!pattern17.test(data43)){
const err105 = {instancePath:instancePath+"/config/connections_per_request",schemaPath:"#/definitions/config/properties/connections_per_request/pattern",keyword:"pattern",params:{pattern: "^[1-9][0-9]{0,8}$"},message:"must match pattern \""+"^[1-9][0-9]{0,8}$"+"\""};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
}
}
if(data16.disable_seq_scan !== undefined){
let data44 = data16.disable_seq_scan;
if(!((((((data44 === 0) || (data44 === 1)) || (data44 === "0")) || (data44 === "1")) || (data44 === true)) || (data44 === false))){
const err106 = {instancePath:instancePath+"/config/disable_seq_scan",schemaPath:"#/definitions/config/properties/disable_seq_scan/enum",keyword:"enum",params:{allowedValues: schema21.properties.disable_seq_scan.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
}
if(data16.require_time !== undefined){
let data45 = data16.require_time;
if(!((((((data45 === 0) || (data45 === 1)) || (data45 === "0")) || (data45 === "1")) || (data45 === true)) || (data45 === false))){
const err107 = {instancePath:instancePath+"/config/require_time",schemaPath:"#/definitions/config/properties/require_time/enum",keyword:"enum",params:{allowedValues: schema21.properties.require_time.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
}
}
else {
const err108 = {instancePath:instancePath+"/config",schemaPath:"#/definitions/config/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
}
}
if(data.unmanaged !== undefined){
let data46 = data.unmanaged;
if(Array.isArray(data46)){
const len5 = data46.length;
for(let i6=0; i6<len5; i6++){
let data47 = data46[i6];
if(typeof data47 === "string"){
if(!pattern22.test(data47)){
const err109 = {instancePath:instancePath+"/unmanaged/" + i6,schemaPath:"#/properties/unmanaged/items/pattern",keyword:"pattern",params:{pattern: "^(config|dimension|index|instance)/"},message:"must match pattern \""+"^(config|dimension|index|instance)/"+"\""};
if(vErrors === null){
vErrors = [err109];
}
else {
vErrors.push(err109);
}
errors++;
}
}
else {
const err110 = {instancePath:instancePath+"/unmanaged/" + i6,schemaPath:"#/properties/unmanaged/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err110];
}
else {
vErrors.push(err110);
}
errors++;
}
}
}
else {
const err111 = {instancePath:instancePath+"/unmanaged",schemaPath:"#/properties/unmanaged/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err111];
}
else {
vErrors.push(err111);
}
errors++;
}
}
}
else {
const err112 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err112];
}
else {
vErrors.push(err112);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}

const schema22 = {"$schema":"http://json-schema.org/draft-07/schema#","$id":"urn:lenkwerk:overrides:v1","title":"Overrides","description":"What differs from the other manifests. It is applied after they were merged: each object is found by its identity, the fields that are named here replace those of the object, and null leaves a field out. An override that meets nothing is an error.","type":"object","required":["apiVersion","kind"],"additionalProperties":false,"properties":{"apiVersion":{"title":"API version","description":"The version of this format.","const":"lenkwerk/v1"},"kind":{"title":"Kind","description":"The kind of document.","const":"Overrides"},"instances":{"title":"Instances","description":"Instances with other fields.","type":"array","items":{"$ref":"#/definitions/instance"}},"dimensions":{"title":"Dimensions","description":"Dimensions with another default; their order stays.","type":"array","items":{"$ref":"#/definitions/dimension"}},"indexes":{"title":"Indexes","description":"Indexes with other fields.","type":"array","items":{"$ref":"#/definitions/index"}},"servermap":{"$ref":"#/definitions/servermap"},"config":{"$ref":"#/definitions/config"},"remove":{"title":"Remove","description":"Addresses, as plans show them, of what is taken away.","type":"array","uniqueItems":true,"items":{"title":"Address","description":"An address without wildcards: instance/host:port, dimension//pointer, index/name or config/key.","type":"string","minLength":1,"examples":["index/old_idx","config/kafka_topic"]}}},"definitions":{"instance":{"title":"Instance","description":"The fields of an instance, or of a range of them, that differ. Host and port identify it.","type":"object","required":["host"],"additionalProperties":false,"properties":{"host":{"title":"Host","description":"The host of the instances, as in their manifest; a range in brackets stands for each of them.","type":"string","minLength":1,"maxLength":1024,"pattern":"^[^\\s/\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["storage-1.example.com","storage-[001-120].dc1.example.com"]},"port":{"title":"Port","description":"TCP port of the instance.","type":"integer","minimum":1,"maximum":65535,"default":5432},"username":{"title":"User name","description":"The database role that connects to the instance. No password is ever stored.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["schaufel"]},"status":{"title":"Status","description":"What the instance may be used for. null: as in a manifest without it, operators own the status.","enum":["offline","read-only","write-only","online",null]}}},"dimension":{"title":"Dimension","description":"The default of a dimension. The field identifies it.","type":"object","required":["field","default"],"additionalProperties":false,"properties":{"field":{"title":"Field","description":"JSON pointer (RFC 6901) into the message. A name without a leading slash is one unescaped token: `service` is `/service`.","type":"string","minLength":1,"maxLength":600,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["/service","/kubernetes/namespace"]},"default":{"title":"Default","description":"The value that stands in for a message without this field. null: `notexist`.","type":["string","null"],"pattern":"^[^\\u0000]*$"}}},"index":{"title":"Index","description":"The fields of an index that differ. The name identifies it.","type":"object","required":["name"],"additionalProperties":false,"properties":{"name":{"title":"Name","description":"At most 16 characters.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","maxLength":16,"examples":["base_idx"]},"method":{"title":"Access method","description":"btree, hash, gist or gin, or one that config additional_index_types adds.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["btree","hash","gist","gin"]},"tablespace":{"title":"Tablespace","description":"The tablespace of the storage nodes that holds the index. null: `pg_default`.","type":["string","null"],"minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},"fields":{"title":"Fields","description":"The list that replaces that of the index, whole.","type":"array","maxItems":32,"items":{"$ref":"#/definitions/field"}}}},"field":{"$ref":"urn:lenkwerk:cluster:v1#/definitions/field"},"servermap":{"$ref":"urn:lenkwerk:cluster:v1#/definitions/servermap"},"literalServermap":{"$ref":"urn:lenkwerk:cluster:v1#/definitions/literalServermap"},"servermapEntry":{"$ref":"urn:lenkwerk:cluster:v1#/definitions/servermapEntry"},"servermapInstance":{"$ref":"urn:lenkwerk:cluster:v1#/definitions/servermapInstance"},"config":{"$ref":"urn:lenkwerk:cluster:v1#/definitions/config"}}};
const schema23 = {"title":"Instance","description":"The fields of an instance, or of a range of them, that differ. Host and port identify it.","type":"object","required":["host"],"additionalProperties":false,"properties":{"host":{"title":"Host","description":"The host of the instances, as in their manifest; a range in brackets stands for each of them.","type":"string","minLength":1,"maxLength":1024,"pattern":"^[^\\s/\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["storage-1.example.com","storage-[001-120].dc1.example.com"]},"port":{"title":"Port","description":"TCP port of the instance.","type":"integer","minimum":1,"maximum":65535,"default":5432},"username":{"title":"User name","description":"The database role that connects to the instance. No password is ever stored.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["schaufel"]},"status":{"title":"Status","description":"What the instance may be used for. null: as in a manifest without it, operators own the status.","enum":["offline","read-only","write-only","online",null]}}};
const schema24 = {"title":"Dimension","description":"The default of a dimension. The field identifies it.","type":"object","required":["field","default"],"additionalProperties":false,"properties":{"field":{"title":"Field","description":"JSON pointer (RFC 6901) into the message. A name without a leading slash is one unescaped token: `service` is `/service`.","type":"string","minLength":1,"maxLength":600,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["/service","/kubernetes/namespace"]},"default":{"title":"Default","description":"The value that stands in for a message without this field. null: `notexist`.","type":["string","null"],"pattern":"^[^\\u0000]*$"}}};
const schema25 = {"title":"Index","description":"The fields of an index that differ. The name identifies it.","type":"object","required":["name"],"additionalProperties":false,"properties":{"name":{"title":"Name","description":"At most 16 characters.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","maxLength":16,"examples":["base_idx"]},"method":{"title":"Access method","description":"btree, hash, gist or gin, or one that config additional_index_types adds.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["btree","hash","gist","gin"]},"tablespace":{"title":"Tablespace","description":"The tablespace of the storage nodes that holds the index. null: `pg_default`.","type":["string","null"],"minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},"fields":{"title":"Fields","description":"The list that replaces that of the index, whole.","type":"array","maxItems":32,"items":{"$ref":"#/definitions/field"}}}};

function validate20(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.name === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!((((key0 === "name") || (key0 === "method")) || (key0 === "tablespace")) || (key0 === "fields"))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.name !== undefined){
let data0 = data.name;
if(typeof data0 === "string"){
if(func3(data0) > 16){
const err2 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/maxLength",keyword:"maxLength",params:{limit: 16},message:"must NOT have more than 16 characters"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(func3(data0) < 1){
const err3 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(!pattern0.test(data0)){
const err4 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
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
const err5 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.method !== undefined){
let data1 = data.method;
if(typeof data1 === "string"){
if(func3(data1) < 1){
const err6 = {instancePath:instancePath+"/method",schemaPath:"#/properties/method/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(!pattern0.test(data1)){
const err7 = {instancePath:instancePath+"/method",schemaPath:"#/properties/method/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/method",schemaPath:"#/properties/method/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.tablespace !== undefined){
let data2 = data.tablespace;
if((typeof data2 !== "string") && (data2 !== null)){
const err9 = {instancePath:instancePath+"/tablespace",schemaPath:"#/properties/tablespace/type",keyword:"type",params:{type: schema25.properties.tablespace.type},message:"must be string,null"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(typeof data2 === "string"){
if(func3(data2) < 1){
const err10 = {instancePath:instancePath+"/tablespace",schemaPath:"#/properties/tablespace/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(!pattern0.test(data2)){
const err11 = {instancePath:instancePath+"/tablespace",schemaPath:"#/properties/tablespace/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
}
if(data.fields !== undefined){
let data3 = data.fields;
if(Array.isArray(data3)){
if(data3.length > 32){
const err12 = {instancePath:instancePath+"/fields",schemaPath:"#/properties/fields/maxItems",keyword:"maxItems",params:{limit: 32},message:"must NOT have more than 32 items"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
const len0 = data3.length;
for(let i0=0; i0<len0; i0++){
let data4 = data3[i0];
const _errs13 = errors;
let valid4 = false;
let passing0 = null;
const _errs14 = errors;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
if(data4.pointer === undefined){
const err13 = {instancePath:instancePath+"/fields/" + i0,schemaPath:"#/definitions/field/oneOf/0/required",keyword:"required",params:{missingProperty: "pointer"},message:"must have required property '"+"pointer"+"'"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
var _valid0 = _errs14 === errors;
if(_valid0){
valid4 = true;
passing0 = 0;
}
const _errs15 = errors;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
if(data4.expression === undefined){
const err14 = {instancePath:instancePath+"/fields/" + i0,schemaPath:"#/definitions/field/oneOf/1/required",keyword:"required",params:{missingProperty: "expression"},message:"must have required property '"+"expression"+"'"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
var _valid0 = _errs15 === errors;
if(_valid0 && valid4){
valid4 = false;
passing0 = [passing0, 1];
}
else {
if(_valid0){
valid4 = true;
passing0 = 1;
}
}
if(!valid4){
const err15 = {instancePath:instancePath+"/fields/" + i0,schemaPath:"#/definitions/field/oneOf",keyword:"oneOf",params:{passingSchemas: passing0},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
else {
errors = _errs13;
if(vErrors !== null){
if(_errs13){
vErrors.length = _errs13;
}
else {
vErrors = null;
}
}
}
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
for(const key1 in data4){
if(!(((key1 === "pointer") || (key1 === "type")) || (key1 === "expression"))){
const err16 = {instancePath:instancePath+"/fields/" + i0,schemaPath:"#/definitions/field/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data4.type !== undefined){
if(data4.pointer === undefined){
const err17 = {instancePath:instancePath+"/fields/" + i0,schemaPath:"#/definitions/field/dependencies",keyword:"dependencies",params:{property: "type",
    missingProperty: "pointer",
    depsCount: 1,
    deps: "pointer"},message:"must have property pointer when property type is present"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data4.pointer !== undefined){
let data5 = data4.pointer;
if(typeof data5 === "string"){
if(func3(data5) < 1){
const err18 = {instancePath:instancePath+"/fields/" + i0+"/pointer",schemaPath:"#/definitions/field/properties/pointer/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(!pattern8.test(data5)){
const err19 = {instancePath:instancePath+"/fields/" + i0+"/pointer",schemaPath:"#/definitions/field/properties/pointer/pattern",keyword:"pattern",params:{pattern: "^/[^\\u0000]*$"},message:"must match pattern \""+"^/[^\\u0000]*$"+"\""};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
else {
const err20 = {instancePath:instancePath+"/fields/" + i0+"/pointer",schemaPath:"#/definitions/field/properties/pointer/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
if(data4.type !== undefined){
let data6 = data4.type;
if(typeof data6 === "string"){
if(func3(data6) < 1){
const err21 = {instancePath:instancePath+"/fields/" + i0+"/type",schemaPath:"#/definitions/field/properties/type/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
if(!pattern0.test(data6)){
const err22 = {instancePath:instancePath+"/fields/" + i0+"/type",schemaPath:"#/definitions/field/properties/type/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
else {
const err23 = {instancePath:instancePath+"/fields/" + i0+"/type",schemaPath:"#/definitions/field/properties/type/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(data4.expression !== undefined){
let data7 = data4.expression;
if(typeof data7 === "string"){
if(func3(data7) < 1){
const err24 = {instancePath:instancePath+"/fields/" + i0+"/expression",schemaPath:"#/definitions/field/properties/expression/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
if(!pattern10.test(data7)){
const err25 = {instancePath:instancePath+"/fields/" + i0+"/expression",schemaPath:"#/definitions/field/properties/expression/pattern",keyword:"pattern",params:{pattern: "^[^\\u0000]+$"},message:"must match pattern \""+"^[^\\u0000]+$"+"\""};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
else {
const err26 = {instancePath:instancePath+"/fields/" + i0+"/expression",schemaPath:"#/definitions/field/properties/expression/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
}
else {
const err27 = {instancePath:instancePath+"/fields/" + i0,schemaPath:"#/definitions/field/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
}
else {
const err28 = {instancePath:instancePath+"/fields",schemaPath:"#/properties/fields/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
}
else {
const err29 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
validate20.errors = vErrors;
return errors === 0;
}


function validate22(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
const _errs1 = errors;
let valid0 = false;
let passing0 = null;
const _errs2 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.algorithm === undefined){
const err0 = {instancePath,schemaPath:"#/oneOf/0/required",keyword:"required",params:{missingProperty: "algorithm"},message:"must have required property '"+"algorithm"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
var _valid0 = _errs2 === errors;
if(_valid0){
valid0 = true;
passing0 = 0;
}
const _errs3 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.map === undefined){
const err1 = {instancePath,schemaPath:"#/oneOf/1/required",keyword:"required",params:{missingProperty: "map"},message:"must have required property '"+"map"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
var _valid0 = _errs3 === errors;
if(_valid0 && valid0){
valid0 = false;
passing0 = [passing0, 1];
}
else {
if(_valid0){
valid0 = true;
passing0 = 1;
}
}
if(!valid0){
const err2 = {instancePath,schemaPath:"#/oneOf",keyword:"oneOf",params:{passingSchemas: passing0},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
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
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!((key0 === "algorithm") || (key0 === "map"))){
const err3 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.algorithm !== undefined){
if(!(data.algorithm === "ring")){
const err4 = {instancePath:instancePath+"/algorithm",schemaPath:"#/properties/algorithm/enum",keyword:"enum",params:{allowedValues: schema16.properties.algorithm.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.map !== undefined){
if(!(validate14(data.map, {instancePath:instancePath+"/map",parentData:data,parentDataProperty:"map",rootData}))){
vErrors = joined(vErrors, validate14.errors);
errors = vErrors.length;
}
}
}
else {
const err5 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
validate22.errors = vErrors;
return errors === 0;
}


function validate19(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="urn:lenkwerk:overrides:v1" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.apiVersion === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "apiVersion"},message:"must have required property '"+"apiVersion"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.kind === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "kind"},message:"must have required property '"+"kind"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!((((((((key0 === "apiVersion") || (key0 === "kind")) || (key0 === "instances")) || (key0 === "dimensions")) || (key0 === "indexes")) || (key0 === "servermap")) || (key0 === "config")) || (key0 === "remove"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.apiVersion !== undefined){
if("lenkwerk/v1" !== data.apiVersion){
const err3 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/const",keyword:"const",params:{allowedValue: "lenkwerk/v1"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.kind !== undefined){
if("Overrides" !== data.kind){
const err4 = {instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/const",keyword:"const",params:{allowedValue: "Overrides"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.instances !== undefined){
let data2 = data.instances;
if(Array.isArray(data2)){
const len0 = data2.length;
for(let i0=0; i0<len0; i0++){
let data3 = data2[i0];
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
if(data3.host === undefined){
const err5 = {instancePath:instancePath+"/instances/" + i0,schemaPath:"#/definitions/instance/required",keyword:"required",params:{missingProperty: "host"},message:"must have required property '"+"host"+"'"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
for(const key1 in data3){
if(!((((key1 === "host") || (key1 === "port")) || (key1 === "username")) || (key1 === "status"))){
const err6 = {instancePath:instancePath+"/instances/" + i0,schemaPath:"#/definitions/instance/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data3.host !== undefined){
let data4 = data3.host;
if(typeof data4 === "string"){
if(func3(data4) > 1024){
const err7 = {instancePath:instancePath+"/instances/" + i0+"/host",schemaPath:"#/definitions/instance/properties/host/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(func3(data4) < 1){
const err8 = {instancePath:instancePath+"/instances/" + i0+"/host",schemaPath:"#/definitions/instance/properties/host/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(!pattern1.test(data4)){
const err9 = {instancePath:instancePath+"/instances/" + i0+"/host",schemaPath:"#/definitions/instance/properties/host/pattern",keyword:"pattern",params:{pattern: "^[^\\s/\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\s/\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
else {
const err10 = {instancePath:instancePath+"/instances/" + i0+"/host",schemaPath:"#/definitions/instance/properties/host/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data3.port !== undefined){
let data5 = data3.port;
if(!(((typeof data5 == "number") && (!(data5 % 1) && !isNaN(data5))) && (isFinite(data5)))){
const err11 = {instancePath:instancePath+"/instances/" + i0+"/port",schemaPath:"#/definitions/instance/properties/port/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
if((typeof data5 == "number") && (isFinite(data5))){
if(data5 > 65535 || isNaN(data5)){
const err12 = {instancePath:instancePath+"/instances/" + i0+"/port",schemaPath:"#/definitions/instance/properties/port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(data5 < 1 || isNaN(data5)){
const err13 = {instancePath:instancePath+"/instances/" + i0+"/port",schemaPath:"#/definitions/instance/properties/port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
}
if(data3.username !== undefined){
let data6 = data3.username;
if(typeof data6 === "string"){
if(func3(data6) < 1){
const err14 = {instancePath:instancePath+"/instances/" + i0+"/username",schemaPath:"#/definitions/instance/properties/username/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(!pattern0.test(data6)){
const err15 = {instancePath:instancePath+"/instances/" + i0+"/username",schemaPath:"#/definitions/instance/properties/username/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
else {
const err16 = {instancePath:instancePath+"/instances/" + i0+"/username",schemaPath:"#/definitions/instance/properties/username/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data3.status !== undefined){
let data7 = data3.status;
if(!(((((data7 === "offline") || (data7 === "read-only")) || (data7 === "write-only")) || (data7 === "online")) || (data7 === null))){
const err17 = {instancePath:instancePath+"/instances/" + i0+"/status",schemaPath:"#/definitions/instance/properties/status/enum",keyword:"enum",params:{allowedValues: schema23.properties.status.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
}
else {
const err18 = {instancePath:instancePath+"/instances/" + i0,schemaPath:"#/definitions/instance/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
}
else {
const err19 = {instancePath:instancePath+"/instances",schemaPath:"#/properties/instances/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data.dimensions !== undefined){
let data8 = data.dimensions;
if(Array.isArray(data8)){
const len1 = data8.length;
for(let i1=0; i1<len1; i1++){
let data9 = data8[i1];
if(data9 && typeof data9 == "object" && !Array.isArray(data9)){
if(data9.field === undefined){
const err20 = {instancePath:instancePath+"/dimensions/" + i1,schemaPath:"#/definitions/dimension/required",keyword:"required",params:{missingProperty: "field"},message:"must have required property '"+"field"+"'"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
if(data9.default === undefined){
const err21 = {instancePath:instancePath+"/dimensions/" + i1,schemaPath:"#/definitions/dimension/required",keyword:"required",params:{missingProperty: "default"},message:"must have required property '"+"default"+"'"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
for(const key2 in data9){
if(!((key2 === "field") || (key2 === "default"))){
const err22 = {instancePath:instancePath+"/dimensions/" + i1,schemaPath:"#/definitions/dimension/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data9.field !== undefined){
let data10 = data9.field;
if(typeof data10 === "string"){
if(func3(data10) > 600){
const err23 = {instancePath:instancePath+"/dimensions/" + i1+"/field",schemaPath:"#/definitions/dimension/properties/field/maxLength",keyword:"maxLength",params:{limit: 600},message:"must NOT have more than 600 characters"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(func3(data10) < 1){
const err24 = {instancePath:instancePath+"/dimensions/" + i1+"/field",schemaPath:"#/definitions/dimension/properties/field/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
if(!pattern0.test(data10)){
const err25 = {instancePath:instancePath+"/dimensions/" + i1+"/field",schemaPath:"#/definitions/dimension/properties/field/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
else {
const err26 = {instancePath:instancePath+"/dimensions/" + i1+"/field",schemaPath:"#/definitions/dimension/properties/field/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data9.default !== undefined){
let data11 = data9.default;
if((typeof data11 !== "string") && (data11 !== null)){
const err27 = {instancePath:instancePath+"/dimensions/" + i1+"/default",schemaPath:"#/definitions/dimension/properties/default/type",keyword:"type",params:{type: schema24.properties.default.type},message:"must be string,null"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
if(typeof data11 === "string"){
if(!pattern4.test(data11)){
const err28 = {instancePath:instancePath+"/dimensions/" + i1+"/default",schemaPath:"#/definitions/dimension/properties/default/pattern",keyword:"pattern",params:{pattern: "^[^\\u0000]*$"},message:"must match pattern \""+"^[^\\u0000]*$"+"\""};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
}
}
else {
const err29 = {instancePath:instancePath+"/dimensions/" + i1,schemaPath:"#/definitions/dimension/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
}
else {
const err30 = {instancePath:instancePath+"/dimensions",schemaPath:"#/properties/dimensions/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
if(data.indexes !== undefined){
let data12 = data.indexes;
if(Array.isArray(data12)){
const len2 = data12.length;
for(let i2=0; i2<len2; i2++){
if(!(validate20(data12[i2], {instancePath:instancePath+"/indexes/" + i2,parentData:data12,parentDataProperty:i2,rootData}))){
vErrors = joined(vErrors, validate20.errors);
errors = vErrors.length;
}
}
}
else {
const err31 = {instancePath:instancePath+"/indexes",schemaPath:"#/properties/indexes/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data.servermap !== undefined){
if(!(validate22(data.servermap, {instancePath:instancePath+"/servermap",parentData:data,parentDataProperty:"servermap",rootData}))){
vErrors = joined(vErrors, validate22.errors);
errors = vErrors.length;
}
}
if(data.config !== undefined){
let data15 = data.config;
if(data15 && typeof data15 == "object" && !Array.isArray(data15)){
for(const key3 in data15){
const _errs34 = errors;
if(typeof key3 === "string"){
if(func3(key3) > 600){
const err32 = {instancePath:instancePath+"/config",schemaPath:"#/definitions/config/propertyNames/maxLength",keyword:"maxLength",params:{limit: 600},message:"must NOT have more than 600 characters",propertyName:key3};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if(!pattern0.test(key3)){
const err33 = {instancePath:instancePath+"/config",schemaPath:"#/definitions/config/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\"",propertyName:key3};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
var valid12 = _errs34 === errors;
if(!valid12){
const err34 = {instancePath:instancePath+"/config",schemaPath:"#/definitions/config/propertyNames",keyword:"propertyNames",params:{propertyName: key3},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
for(const key4 in data15){
if(!(func2.call(schema21.properties, key4))){
let data16 = data15[key4];
if((((!data16 || typeof data16 != "object") && (typeof data16 !== "boolean")) && (!((typeof data16 == "number") && (isFinite(data16))))) && (typeof data16 !== "string")){
const err35 = {instancePath:instancePath+"/config/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/definitions/config/additionalProperties/type",keyword:"type",params:{type: schema21.additionalProperties.type},message:"must be array,boolean,number,object,string"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
}
if(data15.production !== undefined){
let data17 = data15.production;
if(!((((data17 === 0) || (data17 === 1)) || (data17 === "0")) || (data17 === "1"))){
const err36 = {instancePath:instancePath+"/config/production",schemaPath:"#/definitions/config/properties/production/enum",keyword:"enum",params:{allowedValues: schema21.properties.production.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
if(data15.allow_backedated_indexes !== undefined){
let data18 = data15.allow_backedated_indexes;
if(!((((data18 === 0) || (data18 === 1)) || (data18 === "0")) || (data18 === "1"))){
const err37 = {instancePath:instancePath+"/config/allow_backedated_indexes",schemaPath:"#/definitions/config/properties/allow_backedated_indexes/enum",keyword:"enum",params:{allowedValues: schema21.properties.allow_backedated_indexes.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data15.dimensions_hrs_in_future !== undefined){
let data19 = data15.dimensions_hrs_in_future;
if((!(((typeof data19 == "number") && (!(data19 % 1) && !isNaN(data19))) && (isFinite(data19)))) && (typeof data19 !== "string")){
const err38 = {instancePath:instancePath+"/config/dimensions_hrs_in_future",schemaPath:"#/definitions/config/properties/dimensions_hrs_in_future/type",keyword:"type",params:{type: schema21.properties.dimensions_hrs_in_future.type},message:"must be integer,string"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
if((typeof data19 == "number") && (isFinite(data19))){
if(data19 > 99999 || isNaN(data19)){
const err39 = {instancePath:instancePath+"/config/dimensions_hrs_in_future",schemaPath:"#/definitions/config/properties/dimensions_hrs_in_future/maximum",keyword:"maximum",params:{comparison: "<=", limit: 99999},message:"must be <= 99999"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
if(data19 < 1 || isNaN(data19)){
const err40 = {instancePath:instancePath+"/config/dimensions_hrs_in_future",schemaPath:"#/definitions/config/properties/dimensions_hrs_in_future/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
if(typeof data19 === "string"){
if(!pattern14.test(data19)){
const err41 = {instancePath:instancePath+"/config/dimensions_hrs_in_future",schemaPath:"#/definitions/config/properties/dimensions_hrs_in_future/pattern",keyword:"pattern",params:{pattern: "^[1-9][0-9]{0,4}$"},message:"must match pattern \""+"^[1-9][0-9]{0,4}$"+"\""};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
}
if(data15.indexes_hrs_in_future !== undefined){
let data20 = data15.indexes_hrs_in_future;
if((!(((typeof data20 == "number") && (!(data20 % 1) && !isNaN(data20))) && (isFinite(data20)))) && (typeof data20 !== "string")){
const err42 = {instancePath:instancePath+"/config/indexes_hrs_in_future",schemaPath:"#/definitions/config/properties/indexes_hrs_in_future/type",keyword:"type",params:{type: schema21.properties.indexes_hrs_in_future.type},message:"must be integer,string"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
if((typeof data20 == "number") && (isFinite(data20))){
if(data20 > 99999 || isNaN(data20)){
const err43 = {instancePath:instancePath+"/config/indexes_hrs_in_future",schemaPath:"#/definitions/config/properties/indexes_hrs_in_future/maximum",keyword:"maximum",params:{comparison: "<=", limit: 99999},message:"must be <= 99999"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
if(data20 < 1 || isNaN(data20)){
const err44 = {instancePath:instancePath+"/config/indexes_hrs_in_future",schemaPath:"#/definitions/config/properties/indexes_hrs_in_future/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(typeof data20 === "string"){
if(!pattern14.test(data20)){
const err45 = {instancePath:instancePath+"/config/indexes_hrs_in_future",schemaPath:"#/definitions/config/properties/indexes_hrs_in_future/pattern",keyword:"pattern",params:{pattern: "^[1-9][0-9]{0,4}$"},message:"must match pattern \""+"^[1-9][0-9]{0,4}$"+"\""};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
}
if(data15.bagger_db !== undefined){
let data21 = data15.bagger_db;
if(typeof data21 === "string"){
if(func3(data21) < 1){
const err46 = {instancePath:instancePath+"/config/bagger_db",schemaPath:"#/definitions/config/properties/bagger_db/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
else {
const err47 = {instancePath:instancePath+"/config/bagger_db",schemaPath:"#/definitions/config/properties/bagger_db/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
if(data15.retain_hrs !== undefined){
let data22 = data15.retain_hrs;
if((!(((typeof data22 == "number") && (!(data22 % 1) && !isNaN(data22))) && (isFinite(data22)))) && (typeof data22 !== "string")){
const err48 = {instancePath:instancePath+"/config/retain_hrs",schemaPath:"#/definitions/config/properties/retain_hrs/type",keyword:"type",params:{type: schema21.properties.retain_hrs.type},message:"must be integer,string"};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if((typeof data22 == "number") && (isFinite(data22))){
if(data22 > 999999999999999 || isNaN(data22)){
const err49 = {instancePath:instancePath+"/config/retain_hrs",schemaPath:"#/definitions/config/properties/retain_hrs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 999999999999999},message:"must be <= 999999999999999"};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
if(data22 < 0 || isNaN(data22)){
const err50 = {instancePath:instancePath+"/config/retain_hrs",schemaPath:"#/definitions/config/properties/retain_hrs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
if(typeof data22 === "string"){
if(!pattern16.test(data22)){
const err51 = {instancePath:instancePath+"/config/retain_hrs",schemaPath:"#/definitions/config/properties/retain_hrs/pattern",keyword:"pattern",params:{pattern: "^(0|[1-9][0-9]{0,17})$"},message:"must match pattern \""+"^(0|[1-9][0-9]{0,17})$"+"\""};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
}
if(data15.data_storage_mode !== undefined){
let data23 = data15.data_storage_mode;
if((!(((typeof data23 == "number") && (!(data23 % 1) && !isNaN(data23))) && (isFinite(data23)))) && (typeof data23 !== "string")){
const err52 = {instancePath:instancePath+"/config/data_storage_mode",schemaPath:"#/definitions/config/properties/data_storage_mode/type",keyword:"type",params:{type: schema21.properties.data_storage_mode.type},message:"must be integer,string"};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
if(data15.kafka_topic !== undefined){
let data24 = data15.kafka_topic;
if(typeof data24 === "string"){
if(func3(data24) < 1){
const err53 = {instancePath:instancePath+"/config/kafka_topic",schemaPath:"#/definitions/config/properties/kafka_topic/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
else {
const err54 = {instancePath:instancePath+"/config/kafka_topic",schemaPath:"#/definitions/config/properties/kafka_topic/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
if(data15.kafka_broker !== undefined){
let data25 = data15.kafka_broker;
if(typeof data25 === "string"){
if(func3(data25) < 1){
const err55 = {instancePath:instancePath+"/config/kafka_broker",schemaPath:"#/definitions/config/properties/kafka_broker/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
else {
const err56 = {instancePath:instancePath+"/config/kafka_broker",schemaPath:"#/definitions/config/properties/kafka_broker/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
if(data15.kafka_consumer_group !== undefined){
let data26 = data15.kafka_consumer_group;
if(typeof data26 === "string"){
if(func3(data26) < 1){
const err57 = {instancePath:instancePath+"/config/kafka_consumer_group",schemaPath:"#/definitions/config/properties/kafka_consumer_group/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
else {
const err58 = {instancePath:instancePath+"/config/kafka_consumer_group",schemaPath:"#/definitions/config/properties/kafka_consumer_group/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
if(data15.schaufel_threads !== undefined){
let data27 = data15.schaufel_threads;
if((!(((typeof data27 == "number") && (!(data27 % 1) && !isNaN(data27))) && (isFinite(data27)))) && (typeof data27 !== "string")){
const err59 = {instancePath:instancePath+"/config/schaufel_threads",schemaPath:"#/definitions/config/properties/schaufel_threads/type",keyword:"type",params:{type: schema21.properties.schaufel_threads.type},message:"must be integer,string"};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
if((typeof data27 == "number") && (isFinite(data27))){
if(data27 > 999999999 || isNaN(data27)){
const err60 = {instancePath:instancePath+"/config/schaufel_threads",schemaPath:"#/definitions/config/properties/schaufel_threads/maximum",keyword:"maximum",params:{comparison: "<=", limit: 999999999},message:"must be <= 999999999"};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
if(data27 < 1 || isNaN(data27)){
const err61 = {instancePath:instancePath+"/config/schaufel_threads",schemaPath:"#/definitions/config/properties/schaufel_threads/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
if(typeof data27 === "string"){
if(!pattern17.test(data27)){
const err62 = {instancePath:instancePath+"/config/schaufel_threads",schemaPath:"#/definitions/config/properties/schaufel_threads/pattern",keyword:"pattern",params:{pattern: "^[1-9][0-9]{0,8}$"},message:"must match pattern \""+"^[1-9][0-9]{0,8}$"+"\""};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
}
if(data15.schaufel_cmd !== undefined){
let data28 = data15.schaufel_cmd;
if(typeof data28 === "string"){
if(func3(data28) < 1){
const err63 = {instancePath:instancePath+"/config/schaufel_cmd",schemaPath:"#/definitions/config/properties/schaufel_cmd/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
else {
const err64 = {instancePath:instancePath+"/config/schaufel_cmd",schemaPath:"#/definitions/config/properties/schaufel_cmd/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
if(data15.schaufel_log !== undefined){
let data29 = data15.schaufel_log;
if(typeof data29 === "string"){
if(func3(data29) < 1){
const err65 = {instancePath:instancePath+"/config/schaufel_log",schemaPath:"#/definitions/config/properties/schaufel_log/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
else {
const err66 = {instancePath:instancePath+"/config/schaufel_log",schemaPath:"#/definitions/config/properties/schaufel_log/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
if(data15.kvstore_type !== undefined){
let data30 = data15.kvstore_type;
if(typeof data30 === "string"){
if(func3(data30) < 1){
const err67 = {instancePath:instancePath+"/config/kvstore_type",schemaPath:"#/definitions/config/properties/kvstore_type/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
else {
const err68 = {instancePath:instancePath+"/config/kvstore_type",schemaPath:"#/definitions/config/properties/kvstore_type/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
if(data15.kvstore_config !== undefined){
let data31 = data15.kvstore_config;
const _errs66 = errors;
let valid15 = false;
const _errs67 = errors;
if(data31 && typeof data31 == "object" && !Array.isArray(data31)){
if(data31.host === undefined){
const err69 = {instancePath:instancePath+"/config/kvstore_config",schemaPath:"#/definitions/config/properties/kvstore_config/anyOf/0/required",keyword:"required",params:{missingProperty: "host"},message:"must have required property '"+"host"+"'"};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
var _valid0 = _errs67 === errors;
valid15 = valid15 || _valid0;
if(!valid15){
const _errs68 = errors;
if(data31 && typeof data31 == "object" && !Array.isArray(data31)){
if(data31.endpoints === undefined){
const err70 = {instancePath:instancePath+"/config/kvstore_config",schemaPath:"#/definitions/config/properties/kvstore_config/anyOf/1/required",keyword:"required",params:{missingProperty: "endpoints"},message:"must have required property '"+"endpoints"+"'"};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
var _valid0 = _errs68 === errors;
valid15 = valid15 || _valid0;
}
if(!valid15){
const err71 = {instancePath:instancePath+"/config/kvstore_config",schemaPath:"#/definitions/config/properties/kvstore_config/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
else {
errors = _errs66;
if(vErrors !== null){
if(_errs66){
vErrors.length = _errs66;
}
else {
vErrors = null;
}
}
}
if(data31 && typeof data31 == "object" && !Array.isArray(data31)){
if(data31.host !== undefined){
let data32 = data31.host;
if(typeof data32 === "string"){
if(func3(data32) < 1){
const err72 = {instancePath:instancePath+"/config/kvstore_config/host",schemaPath:"#/definitions/config/properties/kvstore_config/properties/host/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
if(!pattern0.test(data32)){
const err73 = {instancePath:instancePath+"/config/kvstore_config/host",schemaPath:"#/definitions/config/properties/kvstore_config/properties/host/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
else {
const err74 = {instancePath:instancePath+"/config/kvstore_config/host",schemaPath:"#/definitions/config/properties/kvstore_config/properties/host/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
if(data31.port !== undefined){
let data33 = data31.port;
if((!(((typeof data33 == "number") && (!(data33 % 1) && !isNaN(data33))) && (isFinite(data33)))) && (typeof data33 !== "string")){
const err75 = {instancePath:instancePath+"/config/kvstore_config/port",schemaPath:"#/definitions/config/properties/kvstore_config/properties/port/type",keyword:"type",params:{type: schema21.properties.kvstore_config.properties.port.type},message:"must be integer,string"};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
if((typeof data33 == "number") && (isFinite(data33))){
if(data33 > 65535 || isNaN(data33)){
const err76 = {instancePath:instancePath+"/config/kvstore_config/port",schemaPath:"#/definitions/config/properties/kvstore_config/properties/port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
if(data33 < 1 || isNaN(data33)){
const err77 = {instancePath:instancePath+"/config/kvstore_config/port",schemaPath:"#/definitions/config/properties/kvstore_config/properties/port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
}
if(typeof data33 === "string"){
if(!pattern14.test(data33)){
const err78 = {instancePath:instancePath+"/config/kvstore_config/port",schemaPath:"#/definitions/config/properties/kvstore_config/properties/port/pattern",keyword:"pattern",params:{pattern: "^[1-9][0-9]{0,4}$"},message:"must match pattern \""+"^[1-9][0-9]{0,4}$"+"\""};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
}
}
if(data31.endpoints !== undefined){
let data34 = data31.endpoints;
if(Array.isArray(data34)){
if(data34.length > 32){
const err79 = {instancePath:instancePath+"/config/kvstore_config/endpoints",schemaPath:"#/definitions/config/properties/kvstore_config/properties/endpoints/maxItems",keyword:"maxItems",params:{limit: 32},message:"must NOT have more than 32 items"};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
if(data34.length < 1){
const err80 = {instancePath:instancePath+"/config/kvstore_config/endpoints",schemaPath:"#/definitions/config/properties/kvstore_config/properties/endpoints/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
const len3 = data34.length;
for(let i3=0; i3<len3; i3++){
let data35 = data34[i3];
if(typeof data35 === "string"){
if(func3(data35) < 1){
const err81 = {instancePath:instancePath+"/config/kvstore_config/endpoints/" + i3,schemaPath:"#/definitions/config/properties/kvstore_config/properties/endpoints/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
else {
const err82 = {instancePath:instancePath+"/config/kvstore_config/endpoints/" + i3,schemaPath:"#/definitions/config/properties/kvstore_config/properties/endpoints/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
}
}
else {
const err83 = {instancePath:instancePath+"/config/kvstore_config/endpoints",schemaPath:"#/definitions/config/properties/kvstore_config/properties/endpoints/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
}
else {
const err84 = {instancePath:instancePath+"/config/kvstore_config",schemaPath:"#/definitions/config/properties/kvstore_config/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
if(data15.kvstores !== undefined){
let data36 = data15.kvstores;
if(data36 && typeof data36 == "object" && !Array.isArray(data36)){
for(const key5 in data36){
const _errs80 = errors;
if(typeof key5 === "string"){
if(!pattern20.test(key5)){
const err85 = {instancePath:instancePath+"/config/kvstores",schemaPath:"#/definitions/config/properties/kvstores/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9_]{1,40}$"},message:"must match pattern \""+"^[a-z0-9_]{1,40}$"+"\"",propertyName:key5};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
var valid19 = _errs80 === errors;
if(!valid19){
const err86 = {instancePath:instancePath+"/config/kvstores",schemaPath:"#/definitions/config/properties/kvstores/propertyNames",keyword:"propertyNames",params:{propertyName: key5},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
for(const key6 in data36){
let data37 = data36[key6];
if(data37 && typeof data37 == "object" && !Array.isArray(data37)){
if(data37.type === undefined){
const err87 = {instancePath:instancePath+"/config/kvstores/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/definitions/config/properties/kvstores/additionalProperties/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
if(data37.config === undefined){
const err88 = {instancePath:instancePath+"/config/kvstores/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/definitions/config/properties/kvstores/additionalProperties/required",keyword:"required",params:{missingProperty: "config"},message:"must have required property '"+"config"+"'"};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
for(const key7 in data37){
if(!((key7 === "type") || (key7 === "config"))){
const err89 = {instancePath:instancePath+"/config/kvstores/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/definitions/config/properties/kvstores/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
}
if(data37.type !== undefined){
let data38 = data37.type;
if(typeof data38 === "string"){
if(func3(data38) < 1){
const err90 = {instancePath:instancePath+"/config/kvstores/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/type",schemaPath:"#/definitions/config/properties/kvstores/additionalProperties/properties/type/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
else {
const err91 = {instancePath:instancePath+"/config/kvstores/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/type",schemaPath:"#/definitions/config/properties/kvstores/additionalProperties/properties/type/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
}
if(data37.config !== undefined){
let data39 = data37.config;
if(data39 && typeof data39 == "object" && !Array.isArray(data39)){
}
else {
const err92 = {instancePath:instancePath+"/config/kvstores/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/config",schemaPath:"#/definitions/config/properties/kvstores/additionalProperties/properties/config/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
}
}
else {
const err93 = {instancePath:instancePath+"/config/kvstores/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/definitions/config/properties/kvstores/additionalProperties/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
}
else {
const err94 = {instancePath:instancePath+"/config/kvstores",schemaPath:"#/definitions/config/properties/kvstores/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
}
if(data15.additional_index_types !== undefined){
let data40 = data15.additional_index_types;
if(Array.isArray(data40)){
const len4 = data40.length;
for(let i4=0; i4<len4; i4++){
let data41 = data40[i4];
if(typeof data41 === "string"){
if(func3(data41) < 1){
const err95 = {instancePath:instancePath+"/config/additional_index_types/" + i4,schemaPath:"#/definitions/config/properties/additional_index_types/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
}
else {
const err96 = {instancePath:instancePath+"/config/additional_index_types/" + i4,schemaPath:"#/definitions/config/properties/additional_index_types/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
}
let i5 = data40.length;
let j0;
if(i5 > 1){
const indices0 = {};
for(;i5--;){
let item0 = data40[i5];
if(typeof item0 !== "string"){
continue;
}
if(typeof indices0[item0] == "number"){
j0 = indices0[item0];
const err97 = {instancePath:instancePath+"/config/additional_index_types",schemaPath:"#/definitions/config/properties/additional_index_types/uniqueItems",keyword:"uniqueItems",params:{i: i5, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i5+" are identical)"};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
break;
}
indices0[item0] = i5;
}
}
}
else {
const err98 = {instancePath:instancePath+"/config/additional_index_types",schemaPath:"#/definitions/config/properties/additional_index_types/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
}
if(data15.connections_per_request !== undefined){
let data42 = data15.connections_per_request;
if((!(((typeof data42 == "number") && (!(data42 % 1) && !isNaN(data42))) && (isFinite(data42)))) && (typeof data42 !== "string")){
const err99 = {instancePath:instancePath+"/config/connections_per_request",schemaPath:"#/definitions/config/properties/connections_per_request/type",keyword:"type",params:{type: schema21.properties.connections_per_request.type},message:"must be integer,string"};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
if((typeof data42 == "number") && (isFinite(data42))){
if(data42 > 999999999 || isNaN(data42)){
const err100 = {instancePath:instancePath+"/config/connections_per_request",schemaPath:"#/definitions/config/properties/connections_per_request/maximum",keyword:"maximum",params:{comparison: "<=", limit: 999999999},message:"must be <= 999999999"};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
if(data42 < 1 || isNaN(data42)){
const err101 = {instancePath:instancePath+"/config/connections_per_request",schemaPath:"#/definitions/config/properties/connections_per_request/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
}
if(typeof data42 === "string"){
if(!pattern17.test(data42)){
const err102 = {instancePath:instancePath+"/config/connections_per_request",schemaPath:"#/definitions/config/properties/connections_per_request/pattern",keyword:"pattern",params:{pattern: "^[1-9][0-9]{0,8}$"},message:"must match pattern \""+"^[1-9][0-9]{0,8}$"+"\""};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
}
}
if(data15.disable_seq_scan !== undefined){
let data43 = data15.disable_seq_scan;
if(!((((((data43 === 0) || (data43 === 1)) || (data43 === "0")) || (data43 === "1")) || (data43 === true)) || (data43 === false))){
const err103 = {instancePath:instancePath+"/config/disable_seq_scan",schemaPath:"#/definitions/config/properties/disable_seq_scan/enum",keyword:"enum",params:{allowedValues: schema21.properties.disable_seq_scan.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
}
if(data15.require_time !== undefined){
let data44 = data15.require_time;
if(!((((((data44 === 0) || (data44 === 1)) || (data44 === "0")) || (data44 === "1")) || (data44 === true)) || (data44 === false))){
const err104 = {instancePath:instancePath+"/config/require_time",schemaPath:"#/definitions/config/properties/require_time/enum",keyword:"enum",params:{allowedValues: schema21.properties.require_time.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
}
}
else {
const err105 = {instancePath:instancePath+"/config",schemaPath:"#/definitions/config/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
}
if(data.remove !== undefined){
let data45 = data.remove;
if(Array.isArray(data45)){
const len5 = data45.length;
for(let i6=0; i6<len5; i6++){
let data46 = data45[i6];
if(typeof data46 === "string"){
if(func3(data46) < 1){
const err106 = {instancePath:instancePath+"/remove/" + i6,schemaPath:"#/properties/remove/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
}
else {
const err107 = {instancePath:instancePath+"/remove/" + i6,schemaPath:"#/properties/remove/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
}
let i7 = data45.length;
let j1;
if(i7 > 1){
const indices1 = {};
for(;i7--;){
let item1 = data45[i7];
if(typeof item1 !== "string"){
continue;
}
if(typeof indices1[item1] == "number"){
j1 = indices1[item1];
const err108 = {instancePath:instancePath+"/remove",schemaPath:"#/properties/remove/uniqueItems",keyword:"uniqueItems",params:{i: i7, j: j1},message:"must NOT have duplicate items (items ## "+j1+" and "+i7+" are identical)"};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
break;
}
indices1[item1] = i7;
}
}
}
else {
const err109 = {instancePath:instancePath+"/remove",schemaPath:"#/properties/remove/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err109];
}
else {
vErrors.push(err109);
}
errors++;
}
}
}
else {
const err110 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err110];
}
else {
vErrors.push(err110);
}
errors++;
}
validate19.errors = vErrors;
return errors === 0;
}
function joined(all, more) {
if (all === null) return more;
for (const error of more) all.push(error);
return all;
}
