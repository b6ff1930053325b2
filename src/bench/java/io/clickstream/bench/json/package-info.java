/** Other decoders of the lab's JSON clicks, to compare the job's decoder with. */
package io.clickstream.bench.json;
