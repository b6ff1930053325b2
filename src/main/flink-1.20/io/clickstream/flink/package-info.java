/**
 * What differs between the versions of Flink. This folder is for Flink 1.20, and the other folders
 * with this package are for other versions.
 */
package io.clickstream.flink;
