// @ts-nocheck
// Generated from schema/project.schema.json by `npm run generate`. Do not edit.
import type { SchemaError } from '../explain.js';

/** The violations of schema/project.schema.json by a document; none when it is correct. */
export function projectErrors(document: unknown): readonly SchemaError[] {
  return validate10(document) ? [] : validate10.errors;
}

const schema11 = {"$schema":"http://json-schema.org/draft-07/schema#","$id":"urn:lenkwerk:project:v1","title":"Project","description":"The file lenkwerk.yaml: which manifests belong to which cluster, where its database and its store are, and what may be done there. It is found upwards from the current folder. Paths are relative to it.","type":"object","required":["apiVersion","kind"],"additionalProperties":false,"properties":{"apiVersion":{"title":"API version","description":"The version of this format.","const":"lenkwerk/v1"},"kind":{"title":"Kind","description":"The kind of document.","const":"Project"},"paths":{"$ref":"#/definitions/paths"},"environments":{"title":"Environments","description":"The clusters of this repository by name (up to 40 small letters, digits, _ and -); --env or LENKWERK_ENV chooses one.","type":"object","propertyNames":{"pattern":"^[a-z0-9][a-z0-9_-]{0,39}$"},"maxProperties":100,"additionalProperties":{"$ref":"#/definitions/environment"}},"default-environment":{"title":"Default environment","description":"The environment that holds where none is chosen.","type":"string","minLength":1}},"definitions":{"paths":{"title":"Paths","description":"Files and folders of manifests, read where a command names none.","type":"array","minItems":1,"items":{"title":"Path","description":"A file or a folder, relative to this file.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["cluster/"]}},"environment":{"title":"Environment","description":"One cluster.","type":"object","additionalProperties":false,"properties":{"cluster":{"title":"Cluster","description":"The cluster's uuid, which `lenkwerk status` prints, or the name of its database. Another database is refused.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["5494f6e7-0c8b-4d59-b849-02d2d9a57403"]},"paths":{"$ref":"#/definitions/paths"},"database":{"$ref":"#/definitions/database"},"store":{"$ref":"#/definitions/store"},"allow":{"title":"Allowed dangers","description":"Dangers that need no --allow here. store:redirect, node:command and expression:unvetted are allowed on the command line only.","type":"array","uniqueItems":true,"items":{"title":"Danger","description":"The name of a danger.","enum":["delete:instance","delete:config","expire:dimension","expire:index","reorder:dimension","copies:offline","copies:same-host","servermap:drops-data","deletes:many"]}},"review":{"title":"Review","description":"What an apply needs here.","type":"object","additionalProperties":false,"properties":{"require-plan-file":{"title":"Require a plan file","description":"true: only a plan that was saved with --out is applied.","type":"boolean","default":false}}}}},"database":{"title":"Database","description":"The Lenkwerk database, by libpq's names; never a password.","type":"object","additionalProperties":false,"properties":{"service":{"title":"Service","description":"The name of a service in the service file of the user who runs the command. Beside it stand no more than user and database.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},"host":{"title":"Host","description":"The server, or the folder of its socket; several with commas between them.","type":"string","minLength":1,"examples":["db1.example.com,db2.example.com"]},"hostaddr":{"title":"Host address","description":"Its address, which is not looked up then; one for each host.","type":"string","minLength":1},"port":{"title":"Port","description":"TCP port of the server: one for all hosts, or a text with one for each.","type":["integer","string"],"minimum":1,"maximum":65535,"pattern":"^[0-9]{0,5}(?:,[0-9]{0,5})*$","default":5432},"user":{"title":"User","description":"The database user.","type":"string","minLength":1},"database":{"title":"Database","description":"The name of the database.","type":"string","minLength":1},"sslmode":{"title":"SSL mode","description":"Whether TLS is needed and what is checked.","enum":["disable","allow","prefer","require","verify-ca","verify-full"]},"sslrootcert":{"title":"Root certificate","description":"The file of the authority, or `system`.","type":"string","minLength":1},"sslcert":{"title":"Client certificate","description":"Its file.","type":"string","minLength":1},"sslkey":{"title":"Client key","description":"Its file.","type":"string","minLength":1},"target_session_attrs":{"title":"Target session attributes","description":"What a server of several has to be; read-write where it is not given.","enum":["any","read-write","read-only","primary","standby","prefer-standby"]},"load_balance_hosts":{"title":"Load balance hosts","description":"random: the hosts are tried in a random order.","enum":["disable","random"]},"connect_timeout":{"title":"Connect timeout","description":"Seconds to wait for a connection, for each address that is tried.","type":"integer","minimum":1,"maximum":9999}}},"store":{"title":"Store","description":"The key-value store of the target `default`: its URL without a password, or the URL and the variables of its login.","type":["string","object"],"minLength":1,"required":["url"],"additionalProperties":false,"properties":{"url":{"title":"URL","description":"As --kv takes it, without a password.","type":"string","minLength":1,"examples":["etcds://kv1.staging,kv2.staging?prefix=/stg"]},"userEnv":{"title":"Variable of the user","description":"LENKWERK_STORE_USER, or LENKWERK_STORE_*_USER.","type":"string","pattern":"^LENKWERK_STORE_(?:[A-Z0-9_]{1,59}_)?USER$"},"passwordEnv":{"title":"Variable of the password","description":"A variable LENKWERK_STORE_*.","type":"string","pattern":"^LENKWERK_STORE_[A-Z0-9_]{1,64}$"}}}}};
const schema12 = {"title":"Paths","description":"Files and folders of manifests, read where a command names none.","type":"array","minItems":1,"items":{"title":"Path","description":"A file or a folder, relative to this file.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["cluster/"]}};
const func2 = (text) => [...text].length;
const pattern0 = new RegExp("^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$", "u");
const pattern1 = new RegExp("^[a-z0-9][a-z0-9_-]{0,39}$", "u");
const schema13 = {"title":"Environment","description":"One cluster.","type":"object","additionalProperties":false,"properties":{"cluster":{"title":"Cluster","description":"The cluster's uuid, which `lenkwerk status` prints, or the name of its database. Another database is refused.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$","examples":["5494f6e7-0c8b-4d59-b849-02d2d9a57403"]},"paths":{"$ref":"#/definitions/paths"},"database":{"$ref":"#/definitions/database"},"store":{"$ref":"#/definitions/store"},"allow":{"title":"Allowed dangers","description":"Dangers that need no --allow here. store:redirect, node:command and expression:unvetted are allowed on the command line only.","type":"array","uniqueItems":true,"items":{"title":"Danger","description":"The name of a danger.","enum":["delete:instance","delete:config","expire:dimension","expire:index","reorder:dimension","copies:offline","copies:same-host","servermap:drops-data","deletes:many"]}},"review":{"title":"Review","description":"What an apply needs here.","type":"object","additionalProperties":false,"properties":{"require-plan-file":{"title":"Require a plan file","description":"true: only a plan that was saved with --out is applied.","type":"boolean","default":false}}}}};
const schema15 = {"title":"Database","description":"The Lenkwerk database, by libpq's names; never a password.","type":"object","additionalProperties":false,"properties":{"service":{"title":"Service","description":"The name of a service in the service file of the user who runs the command. Beside it stand no more than user and database.","type":"string","minLength":1,"pattern":"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},"host":{"title":"Host","description":"The server, or the folder of its socket; several with commas between them.","type":"string","minLength":1,"examples":["db1.example.com,db2.example.com"]},"hostaddr":{"title":"Host address","description":"Its address, which is not looked up then; one for each host.","type":"string","minLength":1},"port":{"title":"Port","description":"TCP port of the server: one for all hosts, or a text with one for each.","type":["integer","string"],"minimum":1,"maximum":65535,"pattern":"^[0-9]{0,5}(?:,[0-9]{0,5})*$","default":5432},"user":{"title":"User","description":"The database user.","type":"string","minLength":1},"database":{"title":"Database","description":"The name of the database.","type":"string","minLength":1},"sslmode":{"title":"SSL mode","description":"Whether TLS is needed and what is checked.","enum":["disable","allow","prefer","require","verify-ca","verify-full"]},"sslrootcert":{"title":"Root certificate","description":"The file of the authority, or `system`.","type":"string","minLength":1},"sslcert":{"title":"Client certificate","description":"Its file.","type":"string","minLength":1},"sslkey":{"title":"Client key","description":"Its file.","type":"string","minLength":1},"target_session_attrs":{"title":"Target session attributes","description":"What a server of several has to be; read-write where it is not given.","enum":["any","read-write","read-only","primary","standby","prefer-standby"]},"load_balance_hosts":{"title":"Load balance hosts","description":"random: the hosts are tried in a random order.","enum":["disable","random"]},"connect_timeout":{"title":"Connect timeout","description":"Seconds to wait for a connection, for each address that is tried.","type":"integer","minimum":1,"maximum":9999}}};
const schema16 = {"title":"Store","description":"The key-value store of the target `default`: its URL without a password, or the URL and the variables of its login.","type":["string","object"],"minLength":1,"required":["url"],"additionalProperties":false,"properties":{"url":{"title":"URL","description":"As --kv takes it, without a password.","type":"string","minLength":1,"examples":["etcds://kv1.staging,kv2.staging?prefix=/stg"]},"userEnv":{"title":"Variable of the user","description":"LENKWERK_STORE_USER, or LENKWERK_STORE_*_USER.","type":"string","pattern":"^LENKWERK_STORE_(?:[A-Z0-9_]{1,59}_)?USER$"},"passwordEnv":{"title":"Variable of the password","description":"A variable LENKWERK_STORE_*.","type":"string","pattern":"^LENKWERK_STORE_[A-Z0-9_]{1,64}$"}}};
const func5 = Object.prototype.hasOwnProperty;
const func0 = (a, b) => a === b;
const pattern5 = new RegExp("^[0-9]{0,5}(?:,[0-9]{0,5})*$", "u");
const pattern6 = new RegExp("^LENKWERK_STORE_(?:[A-Z0-9_]{1,59}_)?USER$", "u");
const pattern7 = new RegExp("^LENKWERK_STORE_[A-Z0-9_]{1,64}$", "u");

function validate11(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!((((((key0 === "cluster") || (key0 === "paths")) || (key0 === "database")) || (key0 === "store")) || (key0 === "allow")) || (key0 === "review"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.cluster !== undefined){
let data0 = data.cluster;
if(typeof data0 === "string"){
if(func2(data0) < 1){
const err1 = {instancePath:instancePath+"/cluster",schemaPath:"#/properties/cluster/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(!pattern0.test(data0)){
const err2 = {instancePath:instancePath+"/cluster",schemaPath:"#/properties/cluster/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
else {
const err3 = {instancePath:instancePath+"/cluster",schemaPath:"#/properties/cluster/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.paths !== undefined){
let data1 = data.paths;
if(Array.isArray(data1)){
if(data1.length < 1){
const err4 = {instancePath:instancePath+"/paths",schemaPath:"#/definitions/paths/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
const len0 = data1.length;
for(let i0=0; i0<len0; i0++){
let data2 = data1[i0];
if(typeof data2 === "string"){
if(func2(data2) < 1){
const err5 = {instancePath:instancePath+"/paths/" + i0,schemaPath:"#/definitions/paths/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(!pattern0.test(data2)){
const err6 = {instancePath:instancePath+"/paths/" + i0,schemaPath:"#/definitions/paths/items/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
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
const err7 = {instancePath:instancePath+"/paths/" + i0,schemaPath:"#/definitions/paths/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
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
else {
const err8 = {instancePath:instancePath+"/paths",schemaPath:"#/definitions/paths/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.database !== undefined){
let data3 = data.database;
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
for(const key1 in data3){
if(!(func5.call(schema15.properties, key1))){
const err9 = {instancePath:instancePath+"/database",schemaPath:"#/definitions/database/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data3.service !== undefined){
let data4 = data3.service;
if(typeof data4 === "string"){
if(func2(data4) < 1){
const err10 = {instancePath:instancePath+"/database/service",schemaPath:"#/definitions/database/properties/service/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(!pattern0.test(data4)){
const err11 = {instancePath:instancePath+"/database/service",schemaPath:"#/definitions/database/properties/service/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
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
const err12 = {instancePath:instancePath+"/database/service",schemaPath:"#/definitions/database/properties/service/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data3.host !== undefined){
let data5 = data3.host;
if(typeof data5 === "string"){
if(func2(data5) < 1){
const err13 = {instancePath:instancePath+"/database/host",schemaPath:"#/definitions/database/properties/host/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
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
const err14 = {instancePath:instancePath+"/database/host",schemaPath:"#/definitions/database/properties/host/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data3.hostaddr !== undefined){
let data6 = data3.hostaddr;
if(typeof data6 === "string"){
if(func2(data6) < 1){
const err15 = {instancePath:instancePath+"/database/hostaddr",schemaPath:"#/definitions/database/properties/hostaddr/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
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
const err16 = {instancePath:instancePath+"/database/hostaddr",schemaPath:"#/definitions/database/properties/hostaddr/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data3.port !== undefined){
let data7 = data3.port;
if((!(((typeof data7 == "number") && (!(data7 % 1) && !isNaN(data7))) && (isFinite(data7)))) && (typeof data7 !== "string")){
const err17 = {instancePath:instancePath+"/database/port",schemaPath:"#/definitions/database/properties/port/type",keyword:"type",params:{type: schema15.properties.port.type},message:"must be integer,string"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if((typeof data7 == "number") && (isFinite(data7))){
if(data7 > 65535 || isNaN(data7)){
const err18 = {instancePath:instancePath+"/database/port",schemaPath:"#/definitions/database/properties/port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(data7 < 1 || isNaN(data7)){
const err19 = {instancePath:instancePath+"/database/port",schemaPath:"#/definitions/database/properties/port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(typeof data7 === "string"){
if(!pattern5.test(data7)){
const err20 = {instancePath:instancePath+"/database/port",schemaPath:"#/definitions/database/properties/port/pattern",keyword:"pattern",params:{pattern: "^[0-9]{0,5}(?:,[0-9]{0,5})*$"},message:"must match pattern \""+"^[0-9]{0,5}(?:,[0-9]{0,5})*$"+"\""};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
if(data3.user !== undefined){
let data8 = data3.user;
if(typeof data8 === "string"){
if(func2(data8) < 1){
const err21 = {instancePath:instancePath+"/database/user",schemaPath:"#/definitions/database/properties/user/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
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
const err22 = {instancePath:instancePath+"/database/user",schemaPath:"#/definitions/database/properties/user/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data3.database !== undefined){
let data9 = data3.database;
if(typeof data9 === "string"){
if(func2(data9) < 1){
const err23 = {instancePath:instancePath+"/database/database",schemaPath:"#/definitions/database/properties/database/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
else {
const err24 = {instancePath:instancePath+"/database/database",schemaPath:"#/definitions/database/properties/database/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data3.sslmode !== undefined){
let data10 = data3.sslmode;
if(!((((((data10 === "disable") || (data10 === "allow")) || (data10 === "prefer")) || (data10 === "require")) || (data10 === "verify-ca")) || (data10 === "verify-full"))){
const err25 = {instancePath:instancePath+"/database/sslmode",schemaPath:"#/definitions/database/properties/sslmode/enum",keyword:"enum",params:{allowedValues: schema15.properties.sslmode.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data3.sslrootcert !== undefined){
let data11 = data3.sslrootcert;
if(typeof data11 === "string"){
if(func2(data11) < 1){
const err26 = {instancePath:instancePath+"/database/sslrootcert",schemaPath:"#/definitions/database/properties/sslrootcert/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
else {
const err27 = {instancePath:instancePath+"/database/sslrootcert",schemaPath:"#/definitions/database/properties/sslrootcert/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data3.sslcert !== undefined){
let data12 = data3.sslcert;
if(typeof data12 === "string"){
if(func2(data12) < 1){
const err28 = {instancePath:instancePath+"/database/sslcert",schemaPath:"#/definitions/database/properties/sslcert/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
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
const err29 = {instancePath:instancePath+"/database/sslcert",schemaPath:"#/definitions/database/properties/sslcert/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data3.sslkey !== undefined){
let data13 = data3.sslkey;
if(typeof data13 === "string"){
if(func2(data13) < 1){
const err30 = {instancePath:instancePath+"/database/sslkey",schemaPath:"#/definitions/database/properties/sslkey/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
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
const err31 = {instancePath:instancePath+"/database/sslkey",schemaPath:"#/definitions/database/properties/sslkey/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data3.target_session_attrs !== undefined){
let data14 = data3.target_session_attrs;
if(!((((((data14 === "any") || (data14 === "read-write")) || (data14 === "read-only")) || (data14 === "primary")) || (data14 === "standby")) || (data14 === "prefer-standby"))){
const err32 = {instancePath:instancePath+"/database/target_session_attrs",schemaPath:"#/definitions/database/properties/target_session_attrs/enum",keyword:"enum",params:{allowedValues: schema15.properties.target_session_attrs.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
if(data3.load_balance_hosts !== undefined){
let data15 = data3.load_balance_hosts;
if(!((data15 === "disable") || (data15 === "random"))){
const err33 = {instancePath:instancePath+"/database/load_balance_hosts",schemaPath:"#/definitions/database/properties/load_balance_hosts/enum",keyword:"enum",params:{allowedValues: schema15.properties.load_balance_hosts.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data3.connect_timeout !== undefined){
let data16 = data3.connect_timeout;
if(!(((typeof data16 == "number") && (!(data16 % 1) && !isNaN(data16))) && (isFinite(data16)))){
const err34 = {instancePath:instancePath+"/database/connect_timeout",schemaPath:"#/definitions/database/properties/connect_timeout/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
if((typeof data16 == "number") && (isFinite(data16))){
if(data16 > 9999 || isNaN(data16)){
const err35 = {instancePath:instancePath+"/database/connect_timeout",schemaPath:"#/definitions/database/properties/connect_timeout/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9999},message:"must be <= 9999"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if(data16 < 1 || isNaN(data16)){
const err36 = {instancePath:instancePath+"/database/connect_timeout",schemaPath:"#/definitions/database/properties/connect_timeout/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
}
}
else {
const err37 = {instancePath:instancePath+"/database",schemaPath:"#/definitions/database/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data.store !== undefined){
let data17 = data.store;
if((typeof data17 !== "string") && (!(data17 && typeof data17 == "object" && !Array.isArray(data17)))){
const err38 = {instancePath:instancePath+"/store",schemaPath:"#/definitions/store/type",keyword:"type",params:{type: schema16.type},message:"must be string,object"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
if(typeof data17 === "string"){
if(func2(data17) < 1){
const err39 = {instancePath:instancePath+"/store",schemaPath:"#/definitions/store/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data17 && typeof data17 == "object" && !Array.isArray(data17)){
if(data17.url === undefined){
const err40 = {instancePath:instancePath+"/store",schemaPath:"#/definitions/store/required",keyword:"required",params:{missingProperty: "url"},message:"must have required property '"+"url"+"'"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
for(const key2 in data17){
if(!(((key2 === "url") || (key2 === "userEnv")) || (key2 === "passwordEnv"))){
const err41 = {instancePath:instancePath+"/store",schemaPath:"#/definitions/store/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
if(data17.url !== undefined){
let data18 = data17.url;
if(typeof data18 === "string"){
if(func2(data18) < 1){
const err42 = {instancePath:instancePath+"/store/url",schemaPath:"#/definitions/store/properties/url/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
else {
const err43 = {instancePath:instancePath+"/store/url",schemaPath:"#/definitions/store/properties/url/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
if(data17.userEnv !== undefined){
let data19 = data17.userEnv;
if(typeof data19 === "string"){
if(!pattern6.test(data19)){
const err44 = {instancePath:instancePath+"/store/userEnv",schemaPath:"#/definitions/store/properties/userEnv/pattern",keyword:"pattern",params:{pattern: "^LENKWERK_STORE_(?:[A-Z0-9_]{1,59}_)?USER$"},message:"must match pattern \""+"^LENKWERK_STORE_(?:[A-Z0-9_]{1,59}_)?USER$"+"\""};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
else {
const err45 = {instancePath:instancePath+"/store/userEnv",schemaPath:"#/definitions/store/properties/userEnv/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
if(data17.passwordEnv !== undefined){
let data20 = data17.passwordEnv;
if(typeof data20 === "string"){
if(!pattern7.test(data20)){
const err46 = {instancePath:instancePath+"/store/passwordEnv",schemaPath:"#/definitions/store/properties/passwordEnv/pattern",keyword:"pattern",params:{pattern: "^LENKWERK_STORE_[A-Z0-9_]{1,64}$"},message:"must match pattern \""+"^LENKWERK_STORE_[A-Z0-9_]{1,64}$"+"\""};
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
const err47 = {instancePath:instancePath+"/store/passwordEnv",schemaPath:"#/definitions/store/properties/passwordEnv/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
}
}
if(data.allow !== undefined){
let data21 = data.allow;
if(Array.isArray(data21)){
const len1 = data21.length;
for(let i1=0; i1<len1; i1++){
let data22 = data21[i1];
if(!(((((((((data22 === "delete:instance") || (data22 === "delete:config")) || (data22 === "expire:dimension")) || (data22 === "expire:index")) || (data22 === "reorder:dimension")) || (data22 === "copies:offline")) || (data22 === "copies:same-host")) || (data22 === "servermap:drops-data")) || (data22 === "deletes:many"))){
const err48 = {instancePath:instancePath+"/allow/" + i1,schemaPath:"#/properties/allow/items/enum",keyword:"enum",params:{allowedValues: schema13.properties.allow.items.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
let i2 = data21.length;
let j0;
if(i2 > 1){
outer0:
for(;i2--;){
for(j0 = i2; j0--;){
if(func0(data21[i2], data21[j0])){
const err49 = {instancePath:instancePath+"/allow",schemaPath:"#/properties/allow/uniqueItems",keyword:"uniqueItems",params:{i: i2, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i2+" are identical)"};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
break outer0;
}
}
}
}
}
else {
const err50 = {instancePath:instancePath+"/allow",schemaPath:"#/properties/allow/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
if(data.review !== undefined){
let data23 = data.review;
if(data23 && typeof data23 == "object" && !Array.isArray(data23)){
for(const key3 in data23){
if(!(key3 === "require-plan-file")){
const err51 = {instancePath:instancePath+"/review",schemaPath:"#/properties/review/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
if(data23["require-plan-file"] !== undefined){
if(typeof data23["require-plan-file"] !== "boolean"){
const err52 = {instancePath:instancePath+"/review/require-plan-file",schemaPath:"#/properties/review/properties/require-plan-file/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
}
else {
const err53 = {instancePath:instancePath+"/review",schemaPath:"#/properties/review/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
}
else {
const err54 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
validate11.errors = vErrors;
return errors === 0;
}


function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="urn:lenkwerk:project:v1" */;
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
if(!(((((key0 === "apiVersion") || (key0 === "kind")) || (key0 === "paths")) || (key0 === "environments")) || (key0 === "default-environment"))){
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
if("Project" !== data.kind){
const err4 = {instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/const",keyword:"const",params:{allowedValue: "Project"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.paths !== undefined){
let data2 = data.paths;
if(Array.isArray(data2)){
if(data2.length < 1){
const err5 = {instancePath:instancePath+"/paths",schemaPath:"#/definitions/paths/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
const len0 = data2.length;
for(let i0=0; i0<len0; i0++){
let data3 = data2[i0];
if(typeof data3 === "string"){
if(func2(data3) < 1){
const err6 = {instancePath:instancePath+"/paths/" + i0,schemaPath:"#/definitions/paths/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(!pattern0.test(data3)){
const err7 = {instancePath:instancePath+"/paths/" + i0,schemaPath:"#/definitions/paths/items/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]+$"+"\""};
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
const err8 = {instancePath:instancePath+"/paths/" + i0,schemaPath:"#/definitions/paths/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
}
else {
const err9 = {instancePath:instancePath+"/paths",schemaPath:"#/definitions/paths/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data.environments !== undefined){
let data4 = data.environments;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
if(Object.keys(data4).length > 100){
const err10 = {instancePath:instancePath+"/environments",schemaPath:"#/properties/environments/maxProperties",keyword:"maxProperties",params:{limit: 100},message:"must NOT have more than 100 properties"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
for(const key1 in data4){
const _errs11 = errors;
if(typeof key1 === "string"){
if(!pattern1.test(key1)){
const err11 = {instancePath:instancePath+"/environments",schemaPath:"#/properties/environments/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9][a-z0-9_-]{0,39}$"},message:"must match pattern \""+"^[a-z0-9][a-z0-9_-]{0,39}$"+"\"",propertyName:key1};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
var valid4 = _errs11 === errors;
if(!valid4){
const err12 = {instancePath:instancePath+"/environments",schemaPath:"#/properties/environments/propertyNames",keyword:"propertyNames",params:{propertyName: key1},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
for(const key2 in data4){
if(!(validate11(data4[key2], {instancePath:instancePath+"/environments/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),parentData:data4,parentDataProperty:key2,rootData}))){
vErrors = joined(vErrors, validate11.errors);
errors = vErrors.length;
}
}
}
else {
const err13 = {instancePath:instancePath+"/environments",schemaPath:"#/properties/environments/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data["default-environment"] !== undefined){
let data6 = data["default-environment"];
if(typeof data6 === "string"){
if(func2(data6) < 1){
const err14 = {instancePath:instancePath+"/default-environment",schemaPath:"#/properties/default-environment/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
else {
const err15 = {instancePath:instancePath+"/default-environment",schemaPath:"#/properties/default-environment/type",keyword:"type",params:{type: "string"},message:"must be string"};
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
else {
const err16 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
function joined(all, more) {
if (all === null) return more;
for (const error of more) all.push(error);
return all;
}
