/**
 * What differs between the versions of Flink. This folder is for Flink 2.2, and the other folders
 * with this package are for other versions.
 */
package io.clickstream.flink;
