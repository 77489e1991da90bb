BEGIN TRANSACTION;
CREATE TABLE about (
	name VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "about" VALUES('schema','1');
CREATE TABLE artifacts (
	document VARCHAR NOT NULL, 
	format VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	sha256 VARCHAR(64), 
	PRIMARY KEY (document, format), 
	FOREIGN KEY(document) REFERENCES documents (number), 
	UNIQUE (name)
);
INSERT INTO "artifacts" VALUES('HN-2026-00001','json','2026/HN-2026-00001.json',NULL);
INSERT INTO "artifacts" VALUES('HN-2026-00001','pdf','2026/HN-2026-00001.pdf','315d429b7714cedb6ad04ac31240145257692630457f3c88253c5beceac76027');
INSERT INTO "artifacts" VALUES('HC-2026-00001','json','2026/HC-2026-00001.json',NULL);
INSERT INTO "artifacts" VALUES('HC-2026-00001','pdf','2026/HC-2026-00001.pdf',NULL);
CREATE TABLE billed (
	document VARCHAR NOT NULL, 
	line INTEGER NOT NULL, 
	contract VARCHAR NOT NULL, 
	component VARCHAR NOT NULL, 
	span VARCHAR NOT NULL, 
	revision INTEGER NOT NULL, 
	customer VARCHAR NOT NULL, 
	currency VARCHAR(3) NOT NULL, 
	net BIGINT NOT NULL, 
	bill_date DATE NOT NULL, 
	issue_date DATE NOT NULL, 
	counts BOOLEAN NOT NULL, 
	json TEXT NOT NULL, 
	PRIMARY KEY (document, line), 
	CONSTRAINT billed_once UNIQUE (contract, component, span, revision), 
	FOREIGN KEY(document) REFERENCES documents (number)
);
INSERT INTO "billed" VALUES('HN-2026-00001',1,'a-1','platform-fee','2026-01-01/2026-02-01',0,'a','EUR',45000,'2026-01-01','2026-01-31',1,'{"bill_date":"2026-01-01","billed_from":"2026-01-01","component":{"charge":"platform-fee"},"contract":"a-1","customer":"a","days":{"end":"2026-02-01","start":"2026-01-01"},"document":"HN-2026-00001","issue_date":"2026-01-31","line":1,"net":{"amount":"450.00","currency":"EUR"},"one_off":false,"registration":"NL","seller":"hosting-nl","tax_point":"2026-01-01","treatment":{"category":"S","jurisdiction":"NL","law":"art. 9 Wet OB 1968","percent":"21","rule":"nl-domestic"}}');
INSERT INTO "billed" VALUES('HC-2026-00001',1,'b-1','platform-fee','2026-01-01/2026-02-01',0,'b','EUR',-2000,'2026-01-01','2026-01-31',1,'{"bill_date":"2026-01-01","billed_from":"2026-01-01","component":{"charge":"platform-fee"},"contract":"b-1","customer":"b","days":{"end":"2026-02-01","start":"2026-01-01"},"document":"HC-2026-00001","issue_date":"2026-01-31","line":1,"net":{"amount":"-20.00","currency":"EUR"},"one_off":false,"registration":"NL","seller":"hosting-nl","tax_point":"2026-01-01","treatment":{"category":"S","jurisdiction":"NL","law":"art. 9 Wet OB 1968","percent":"21","rule":"nl-domestic"}}');
CREATE TABLE contents (
	sha256 VARCHAR(64) NOT NULL, 
	data BLOB NOT NULL, 
	PRIMARY KEY (sha256)
);
INSERT INTO "contents" VALUES('47f9b84e231f0e704e963fe18466bceeed422b2c264a01867f6366b98f9afbb4',X'746865207465726D73');
CREATE TABLE documents (
	number VARCHAR NOT NULL, 
	series VARCHAR NOT NULL, 
	counter INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	seller VARCHAR NOT NULL, 
	customer VARCHAR NOT NULL, 
	currency VARCHAR(3) NOT NULL, 
	net BIGINT NOT NULL, 
	tax BIGINT NOT NULL, 
	gross BIGINT NOT NULL, 
	issue_date DATE NOT NULL, 
	bill_date DATE NOT NULL, 
	due_date DATE NOT NULL, 
	logged INTEGER NOT NULL, 
	json TEXT NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	told BOOLEAN NOT NULL, 
	PRIMARY KEY (number), 
	UNIQUE (series, counter), 
	FOREIGN KEY(series) REFERENCES series ("key"), 
	UNIQUE (logged), 
	FOREIGN KEY(logged) REFERENCES log (sequence)
);
INSERT INTO "documents" VALUES('HN-2026-00001','HN-2026-{number:5}',1,'invoice','hosting-nl','a','EUR',45000,9450,54450,'2026-01-31','2026-01-01','2026-03-02',3,'{"bill_date":"2026-01-01","breakdown":[{"base":{"amount":"450.00","currency":"EUR"},"tax":{"amount":"94.50","currency":"EUR"},"treatment":{"category":"S","jurisdiction":"NL","law":"art. 9 Wet OB 1968","percent":"21","rule":"nl-domestic"}}],"currency":"EUR","customer":{"address":{"city":"Leiden","country":"NL","postcode":"2312 AA","street":"Kade 1"},"id":"a","kind":"business","language":"nl","name":"a (example)","recorded":"2026-01-01","valid_from":"2026-01-01"},"due_date":"2026-03-02","gross":{"amount":"544.50","currency":"EUR"},"issue_date":"2026-01-31","kind":"invoice","language":"nl","lines":[{"bill_date":"2026-01-01","billed_from":"2026-01-01","clause":{"column":3,"end_column":27,"end_line":12,"file":"contracts/example.terms","line":12,"text_hash":"0000000000000000000000000000000000000000000000000000000000000000"},"component":{"charge":"platform-fee"},"contract":"a-1","days":{"end":"2026-02-01","start":"2026-01-01"},"kind":"electronic-service","net":{"amount":"450.00","currency":"EUR"},"number":1,"one_off":false,"price_base":"1","quantity":"1","tax_point":"2026-01-01","title":"Platform fee","trace":{"clause":{"column":3,"end_column":27,"end_line":12,"file":"contracts/example.terms","line":12,"text_hash":"0000000000000000000000000000000000000000000000000000000000000000"},"label":"price","op":"given","result":"450","unit":"EUR"},"treatment":{"category":"S","jurisdiction":"NL","law":"art. 9 Wet OB 1968","percent":"21","rule":"nl-domestic"},"unit":"","unit_price":"450.00"}],"net":{"amount":"450.00","currency":"EUR"},"notes":["een noot met “tekens”"],"number":"HN-2026-00001","payment":{},"payment_reference":"HN-2026-00001","posting_date":"2026-01-31","provenance":{"terms:contracts/example.terms":"1111111111111111111111111111111111111111111111111111111111111111"},"registration":"NL","seller":{"accounting_currency":"EUR","accounts":[{"bank":"ABN AMRO","bic":"ABNANL2A","currency":"EUR","iban":"NL91ABNA0417164300"}],"address":{"city":"Leiden","country":"NL","postcode":"2311 EZ","street":"Rapenburg 70"},"company_number":"68750110","id":"hosting-nl","name":"Rapenburg Hosting B.V.","registrations":[{"country":"NL","vat_id":"NL123456789B13"}],"time_zone":"Europe/Amsterdam"},"series":"HN-{year}-{number:5}","tax":{"amount":"94.50","currency":"EUR"},"tax_point":"2026-01-01","vat_period":"2026-01"}','99e613a301ef1bd9f55e34ee18d8845f932d84c3e19377915074c6c7b510094b',0);
INSERT INTO "documents" VALUES('HC-2026-00001','HC-2026-{number:5}',1,'credit-note','hosting-nl','b','EUR',2000,420,2420,'2026-01-31','2026-01-01','2026-03-02',4,'{"bill_date":"2026-01-01","breakdown":[{"base":{"amount":"20.00","currency":"EUR"},"tax":{"amount":"4.20","currency":"EUR"},"treatment":{"category":"S","jurisdiction":"NL","law":"art. 9 Wet OB 1968","percent":"21","rule":"nl-domestic"}}],"currency":"EUR","customer":{"address":{"city":"Leiden","country":"NL","postcode":"2312 AA","street":"Kade 1"},"id":"b","kind":"business","language":"nl","name":"b (example)","recorded":"2026-01-01","valid_from":"2026-01-01"},"due_date":"2026-03-02","gross":{"amount":"24.20","currency":"EUR"},"issue_date":"2026-01-31","kind":"credit-note","language":"nl","lines":[{"bill_date":"2026-01-01","billed_from":"2026-01-01","clause":{"column":3,"end_column":27,"end_line":12,"file":"contracts/example.terms","line":12,"text_hash":"0000000000000000000000000000000000000000000000000000000000000000"},"component":{"charge":"platform-fee"},"contract":"b-1","days":{"end":"2026-02-01","start":"2026-01-01"},"kind":"electronic-service","net":{"amount":"20.00","currency":"EUR"},"number":1,"one_off":false,"price_base":"1","quantity":"1","tax_point":"2026-01-01","title":"Platform fee","trace":{"clause":{"column":3,"end_column":27,"end_line":12,"file":"contracts/example.terms","line":12,"text_hash":"0000000000000000000000000000000000000000000000000000000000000000"},"label":"price","op":"given","result":"20","unit":"EUR"},"treatment":{"category":"S","jurisdiction":"NL","law":"art. 9 Wet OB 1968","percent":"21","rule":"nl-domestic"},"unit":"","unit_price":"20.00"}],"net":{"amount":"20.00","currency":"EUR"},"notes":["een noot met “tekens”"],"number":"HC-2026-00001","payment":{},"payment_reference":"HC-2026-00001","posting_date":"2026-01-31","provenance":{"terms:contracts/example.terms":"1111111111111111111111111111111111111111111111111111111111111111"},"registration":"NL","seller":{"accounting_currency":"EUR","accounts":[{"bank":"ABN AMRO","bic":"ABNANL2A","currency":"EUR","iban":"NL91ABNA0417164300"}],"address":{"city":"Leiden","country":"NL","postcode":"2311 EZ","street":"Rapenburg 70"},"company_number":"68750110","id":"hosting-nl","name":"Rapenburg Hosting B.V.","registrations":[{"country":"NL","vat_id":"NL123456789B13"}],"time_zone":"Europe/Amsterdam"},"series":"HC-{year}-{number:5}","tax":{"amount":"4.20","currency":"EUR"},"tax_point":"2026-01-01","vat_period":"2026-01"}','33399f16afcf8c26c7b0915fc4c92572aa5f18afc92ef4adaeaa84fb8b3863bc',0);
CREATE TABLE log (
	sequence INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	payload TEXT NOT NULL, 
	previous VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	PRIMARY KEY (sequence)
);
INSERT INTO "log" VALUES(1,'planned','{"as_of":"2026-01-31","count":3,"created":"2026-01-31","drafts":"63f693caa60ecf92303ac21a1bd4d28523cded6f1d648094f9175a3a9793ba1c","holds":[],"plan":1,"provenance":{"invoicer":"0.1.0"},"supersedes":[]}','0000000000000000000000000000000000000000000000000000000000000000','199c103a6e1434049e4e91740845b58158000e63b2457699cdf19a95fc9592b5');
INSERT INTO "log" VALUES(2,'confirmed','{"drafts":"5f5563c128e3fd1eb71bd7832324bc45b73fbe3a9ddfef31e35cccacbb4db132","on":"2026-01-31","plan":1,"positions":[1,2],"remark":"as agreed","who":"sales"}','199c103a6e1434049e4e91740845b58158000e63b2457699cdf19a95fc9592b5','46d9b7b8cb2ad4592e1eab3d19d987d78712a69eb87f581c8c3eb67b261567bf');
INSERT INTO "log" VALUES(3,'issued','{"billed":"6d5fb10c4d358e38d79f34b153dd95a0ea258af489b17413e47a800f837c28c3","document":"HN-2026-00001","plan":1,"position":1,"sha256":"99e613a301ef1bd9f55e34ee18d8845f932d84c3e19377915074c6c7b510094b"}','46d9b7b8cb2ad4592e1eab3d19d987d78712a69eb87f581c8c3eb67b261567bf','357e12d22e51a3a354f6d85802215a5fc698ee7df8e563426d3c1b17002a04e9');
INSERT INTO "log" VALUES(4,'issued','{"billed":"c1dd4e6b57e631b1af78da300f78e7e599a0924af8a48dea4da3d40d99906932","document":"HC-2026-00001","plan":1,"position":2,"sha256":"33399f16afcf8c26c7b0915fc4c92572aa5f18afc92ef4adaeaa84fb8b3863bc"}','357e12d22e51a3a354f6d85802215a5fc698ee7df8e563426d3c1b17002a04e9','f9b1d97b44f1105e0db617d395c8a2192cbe1fe881747598c3861f3865862c0e');
CREATE TABLE plan_drafts (
	"plan" INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	contracts TEXT NOT NULL, 
	fingerprint VARCHAR NOT NULL, 
	json TEXT NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	revisions TEXT NOT NULL, 
	status VARCHAR NOT NULL, 
	remark TEXT NOT NULL, 
	document VARCHAR, 
	PRIMARY KEY ("plan", position), 
	FOREIGN KEY("plan") REFERENCES plans (id), 
	UNIQUE (document), 
	FOREIGN KEY(document) REFERENCES documents (number)
);
INSERT INTO "plan_drafts" VALUES(1,1,'["a-1"]','fa','{"bill_date":"2026-01-01","breakdown":[{"base":{"amount":"450.00","currency":"EUR"},"tax":{"amount":"94.50","currency":"EUR"},"treatment":{"category":"S","jurisdiction":"NL","law":"art. 9 Wet OB 1968","percent":"21","rule":"nl-domestic"}}],"currency":"EUR","customer":{"address":{"city":"Leiden","country":"NL","postcode":"2312 AA","street":"Kade 1"},"id":"a","kind":"business","language":"nl","name":"a (example)","recorded":"2026-01-01","valid_from":"2026-01-01"},"gross":{"amount":"544.50","currency":"EUR"},"kind":"invoice","language":"nl","lines":[{"bill_date":"2026-01-01","billed_from":"2026-01-01","clause":{"column":3,"end_column":27,"end_line":12,"file":"contracts/example.terms","line":12,"text_hash":"0000000000000000000000000000000000000000000000000000000000000000"},"component":{"charge":"platform-fee"},"contract":"a-1","days":{"end":"2026-02-01","start":"2026-01-01"},"kind":"electronic-service","net":{"amount":"450.00","currency":"EUR"},"number":1,"one_off":false,"price_base":"1","quantity":"1","tax_point":"2026-01-01","title":"Platform fee","trace":{"clause":{"column":3,"end_column":27,"end_line":12,"file":"contracts/example.terms","line":12,"text_hash":"0000000000000000000000000000000000000000000000000000000000000000"},"label":"price","op":"given","result":"450","unit":"EUR"},"treatment":{"category":"S","jurisdiction":"NL","law":"art. 9 Wet OB 1968","percent":"21","rule":"nl-domestic"},"unit":"","unit_price":"450.00"}],"net":{"amount":"450.00","currency":"EUR"},"notes":["een noot met “tekens”"],"payment":{},"provenance":{"terms:contracts/example.terms":"1111111111111111111111111111111111111111111111111111111111111111"},"registration":"NL","seller":{"accounting_currency":"EUR","accounts":[{"bank":"ABN AMRO","bic":"ABNANL2A","currency":"EUR","iban":"NL91ABNA0417164300"}],"address":{"city":"Leiden","country":"NL","postcode":"2311 EZ","street":"Rapenburg 70"},"company_number":"68750110","id":"hosting-nl","name":"Rapenburg Hosting B.V.","registrations":[{"country":"NL","vat_id":"NL123456789B13"}],"time_zone":"Europe/Amsterdam"},"series":"HN-{year}-{number:5}","tax":{"amount":"94.50","currency":"EUR"},"tax_point":"2026-01-01","vat_period":"2026-01"}','111eebebc63b91ecf638f342475e57cca29b195de40bc983c770b39e74a2b5fb','[0]','issued','as agreed','HN-2026-00001');
INSERT INTO "plan_drafts" VALUES(1,2,'["b-1"]','fb','{"bill_date":"2026-01-01","breakdown":[{"base":{"amount":"20.00","currency":"EUR"},"tax":{"amount":"4.20","currency":"EUR"},"treatment":{"category":"S","jurisdiction":"NL","law":"art. 9 Wet OB 1968","percent":"21","rule":"nl-domestic"}}],"currency":"EUR","customer":{"address":{"city":"Leiden","country":"NL","postcode":"2312 AA","street":"Kade 1"},"id":"b","kind":"business","language":"nl","name":"b (example)","recorded":"2026-01-01","valid_from":"2026-01-01"},"gross":{"amount":"24.20","currency":"EUR"},"kind":"credit-note","language":"nl","lines":[{"bill_date":"2026-01-01","billed_from":"2026-01-01","clause":{"column":3,"end_column":27,"end_line":12,"file":"contracts/example.terms","line":12,"text_hash":"0000000000000000000000000000000000000000000000000000000000000000"},"component":{"charge":"platform-fee"},"contract":"b-1","days":{"end":"2026-02-01","start":"2026-01-01"},"kind":"electronic-service","net":{"amount":"20.00","currency":"EUR"},"number":1,"one_off":false,"price_base":"1","quantity":"1","tax_point":"2026-01-01","title":"Platform fee","trace":{"clause":{"column":3,"end_column":27,"end_line":12,"file":"contracts/example.terms","line":12,"text_hash":"0000000000000000000000000000000000000000000000000000000000000000"},"label":"price","op":"given","result":"20","unit":"EUR"},"treatment":{"category":"S","jurisdiction":"NL","law":"art. 9 Wet OB 1968","percent":"21","rule":"nl-domestic"},"unit":"","unit_price":"20.00"}],"net":{"amount":"20.00","currency":"EUR"},"notes":["een noot met “tekens”"],"payment":{},"provenance":{"terms:contracts/example.terms":"1111111111111111111111111111111111111111111111111111111111111111"},"registration":"NL","seller":{"accounting_currency":"EUR","accounts":[{"bank":"ABN AMRO","bic":"ABNANL2A","currency":"EUR","iban":"NL91ABNA0417164300"}],"address":{"city":"Leiden","country":"NL","postcode":"2311 EZ","street":"Rapenburg 70"},"company_number":"68750110","id":"hosting-nl","name":"Rapenburg Hosting B.V.","registrations":[{"country":"NL","vat_id":"NL123456789B13"}],"time_zone":"Europe/Amsterdam"},"series":"HC-{year}-{number:5}","tax":{"amount":"4.20","currency":"EUR"},"tax_point":"2026-01-01","vat_period":"2026-01"}','82479e5f6649d145f1bc5892a61ccbb497af9e7f68520a9ba34e0a5d9b79a567','[0]','issued','as agreed','HC-2026-00001');
INSERT INTO "plan_drafts" VALUES(1,3,'["c-1"]','fc','{"bill_date":"2026-01-01","breakdown":[{"base":{"amount":"30.00","currency":"EUR"},"tax":{"amount":"6.30","currency":"EUR"},"treatment":{"category":"S","jurisdiction":"NL","law":"art. 9 Wet OB 1968","percent":"21","rule":"nl-domestic"}}],"currency":"EUR","customer":{"address":{"city":"Leiden","country":"NL","postcode":"2312 AA","street":"Kade 1"},"id":"c","kind":"business","language":"nl","name":"c (example)","recorded":"2026-01-01","valid_from":"2026-01-01"},"gross":{"amount":"36.30","currency":"EUR"},"kind":"invoice","language":"nl","lines":[{"bill_date":"2026-01-01","billed_from":"2026-01-01","clause":{"column":3,"end_column":27,"end_line":12,"file":"contracts/example.terms","line":12,"text_hash":"0000000000000000000000000000000000000000000000000000000000000000"},"component":{"charge":"platform-fee"},"contract":"c-1","days":{"end":"2026-02-01","start":"2026-01-01"},"kind":"electronic-service","net":{"amount":"30.00","currency":"EUR"},"number":1,"one_off":false,"price_base":"1","quantity":"1","tax_point":"2026-01-01","title":"Platform fee","trace":{"clause":{"column":3,"end_column":27,"end_line":12,"file":"contracts/example.terms","line":12,"text_hash":"0000000000000000000000000000000000000000000000000000000000000000"},"label":"price","op":"given","result":"30","unit":"EUR"},"treatment":{"category":"S","jurisdiction":"NL","law":"art. 9 Wet OB 1968","percent":"21","rule":"nl-domestic"},"unit":"","unit_price":"30.00"}],"net":{"amount":"30.00","currency":"EUR"},"notes":["een noot met “tekens”"],"payment":{},"provenance":{"terms:contracts/example.terms":"1111111111111111111111111111111111111111111111111111111111111111"},"registration":"NL","seller":{"accounting_currency":"EUR","accounts":[{"bank":"ABN AMRO","bic":"ABNANL2A","currency":"EUR","iban":"NL91ABNA0417164300"}],"address":{"city":"Leiden","country":"NL","postcode":"2311 EZ","street":"Rapenburg 70"},"company_number":"68750110","id":"hosting-nl","name":"Rapenburg Hosting B.V.","registrations":[{"country":"NL","vat_id":"NL123456789B13"}],"time_zone":"Europe/Amsterdam"},"series":"HN-{year}-{number:5}","tax":{"amount":"6.30","currency":"EUR"},"tax_point":"2026-01-01","vat_period":"2026-01"}','117304c3e94c8babe72ab08dcf14c55be7aa7eb9d4bfe20a94771778b9e4ce20','[0]','planned','',NULL);
CREATE TABLE plan_holds (
	"plan" INTEGER NOT NULL, 
	contract VARCHAR NOT NULL, 
	problems TEXT NOT NULL, 
	PRIMARY KEY ("plan", contract), 
	FOREIGN KEY("plan") REFERENCES plans (id)
);
CREATE TABLE plans (
	id INTEGER NOT NULL, 
	as_of DATE NOT NULL, 
	created DATE NOT NULL, 
	status VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "plans" VALUES(1,'2026-01-31','2026-01-31','open');
CREATE TABLE series (
	"key" VARCHAR NOT NULL, 
	pattern VARCHAR NOT NULL, 
	seller VARCHAR NOT NULL, 
	next_number INTEGER NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "series" VALUES('HC-2026-{number:5}','HC-{year}-{number:5}','hosting-nl',2);
INSERT INTO "series" VALUES('HN-2026-{number:5}','HN-{year}-{number:5}','hosting-nl',2);
CREATE INDEX ix_documents_customer ON documents (customer);
CREATE INDEX ix_documents_issue_date ON documents (issue_date);
COMMIT;
